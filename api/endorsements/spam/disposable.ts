/** Domains of mailboxes that last minutes: the list of the community that keeps it, loaded when somebody first endorses. */
let known: Promise<ReadonlySet<string>> | undefined;

export async function disposableDomains(): Promise<(domain: string) => boolean> {
  known ??= import('disposable-email-domains-js').then(({ disposableEmailBlocklistSet }) =>
    disposableEmailBlocklistSet(),
  );
  const domains = await known;
  return (domain) => domains.has(domain);
}
