/** Proofs, for a person: each claim with what shows it, or with every place that breaks it. */
import { environment } from '../../environments/index.ts';
import type { Claim, Proof } from '../../generator/proofs/proof.ts';
import { bold, dim, green, red, width } from '../terminal/style.ts';

/** @param name an environment: its own claims, its tier's and the account's; undefined for all */
export function concerning(proofs: readonly Proof[], name: string | undefined): readonly Proof[] {
  if (name === undefined) return proofs;
  const owners = [name, environment(name).tier.name, 'account'];
  return proofs.map(({ name: title, claims }) => ({
    name: title,
    claims: claims.filter(({ owner }) => owners.includes(owner)),
  }));
}

export function proofsText(proofs: readonly Proof[]): string {
  const claims = proofs.flatMap((proof) => proof.claims);
  const broken = claims.filter(({ findings }) => findings.length > 0);
  const summary =
    broken.length === 0
      ? green(`✓ ${claims.length} claims hold`)
      : red(`✗ ${broken.length} of ${claims.length} claims do not hold`);
  return [...proofs.flatMap(({ name, claims: own }) => [bold(name), ...own.map(claimText), '']), summary, ''].join(
    '\n',
  );
}

function claimText({ says, shown, findings }: Claim): string {
  if (findings.length === 0) return `  ${green('✓')} ${says}\n${wrapped(shown)}`;
  const lines = findings.map(({ where, what }) => `      ${bold(`templates/${where}`)} ${what}`);
  return [`  ${red('✗')} ${says}`, ...lines].join('\n');
}

const indent = '      ';

function wrapped(text: string): string {
  const room = width() - indent.length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => dim(`${indent}${line}`)).join('\n');
}
