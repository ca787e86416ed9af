/**
 * Which encoding a .dbf is in. The .cpg says so, else the language driver in its header, else its year: the Census wrote
 * ISO-8859-1 to 2014 and UTF-8 from 2015. What the bytes themselves prove overrules all three.
 */

export type Encoding = 'UTF-8' | 'ISO-8859-1' | 'windows-1252';

export interface EncodingEvidence {
  /** Content of the .cpg, where there is one. */
  readonly cpg: string | undefined;
  readonly languageDriver: number;
  /** The year that the boundaries are of, where it is known. */
  readonly year: number | undefined;
  readonly text: 'ascii' | 'utf-8' | 'other';
  /** Where the first text stands that is not UTF-8. */
  readonly firstForeign?: string;
}

/** @returns the encoding, and what a person should know where the file says one thing and is another */
export function chooseEncoding(evidence: EncodingEvidence): { encoding: Encoding; notices: string[] } {
  const notices: string[] = [];
  const fromCpg = evidence.cpg === undefined ? undefined : parseCpg(evidence.cpg);
  if (evidence.cpg !== undefined && !fromCpg) {
    notices.push(`The .cpg says ${JSON.stringify(evidence.cpg.trim().slice(0, 40))}, which names no encoding we read.`);
  }
  const fromDriver = languageDrivers.get(evidence.languageDriver);
  const fromYear = evidence.year === undefined ? undefined : evidence.year <= 2014 ? 'ISO-8859-1' : 'UTF-8';
  const stated = fromCpg ?? fromDriver ?? fromYear;
  const sayer = fromCpg ? 'The .cpg says' : fromDriver ? 'The language driver says' : 'By its year it should be';

  if (evidence.text === 'utf-8' && stated !== 'UTF-8') {
    // Accented Latin-1 text is next to never valid UTF-8 by chance: that takes two symbols in the right order each time.
    if (stated) notices.push(`${sayer} ${stated}, but the text is UTF-8 and was read as such.`);
    return { encoding: 'UTF-8', notices };
  }
  if (evidence.text === 'other' && (stated === undefined || stated === 'UTF-8')) {
    const found = `${evidence.firstForeign ?? 'its text'} is not`;
    notices.push(
      `${stated ? `${sayer} UTF-8, but ${found}` : `Nothing states its encoding, and ${found} UTF-8`}: read as ISO-8859-1.`,
    );
    return { encoding: 'ISO-8859-1', notices };
  }
  return { encoding: stated ?? 'UTF-8', notices };
}

/** One value of a row. */
export function decode(bytes: Buffer, encoding: Encoding): string {
  if (encoding === 'UTF-8') return withoutPadding(bytes.toString('utf8'));
  return withoutPadding(encoding === 'ISO-8859-1' ? bytes.toString('latin1') : windows1252.decode(bytes));
}

/** Cut at the first NUL, which PostgreSQL's text cannot hold, and trimmed. */
export function withoutPadding(value: string): string {
  const nul = value.indexOf('\0');
  return (nul < 0 ? value : value.slice(0, nul)).trim();
}

// The web's "iso-8859-1" is windows-1252, so TextDecoder serves only the latter.
const windows1252 = new TextDecoder('windows-1252');

/** As GDAL reads them: 87 is what it writes for Latin-1; 3 and 88 are the Windows code page. */
const languageDrivers = new Map<number, Encoding>([
  [0x03, 'windows-1252'],
  [0x57, 'ISO-8859-1'],
  [0x58, 'windows-1252'],
]);

const spellings = new Map<string, Encoding>([
  ...['utf8', '65001', 'cp65001'].map((spelling) => [spelling, 'UTF-8'] as const),
  ...['iso88591', '88591', '28591', 'latin1', 'l1'].map((spelling) => [spelling, 'ISO-8859-1'] as const),
  ...['1252', 'cp1252', 'ansi1252', 'windows1252', 'win1252'].map((spelling) => [spelling, 'windows-1252'] as const),
]);

/** The Census itself writes "ISO 88591", without the hyphen (cb_2014). */
function parseCpg(cpg: string): Encoding | undefined {
  return spellings.get(cpg.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
}
