/** Where an alarm says what to do: its description ends with the address of a heading in this repository. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** `https://github.com/…/blob/main/api/lambda/RUNBOOK.md#api-latency` */
const link = /https:\/\/github\.com\/[^\s/]+\/[^\s/]+\/blob\/main\/([\w./-]+\.md)#([\w-]+)$/;

/** @returns undefined where the description names no place */
export function runbookOf(description: string): { readonly file: string; readonly heading: string } | undefined {
  const [, file, heading] = link.exec(description.trim()) ?? [];
  return file && heading ? { file, heading } : undefined;
}

/** @returns what is wrong with the link of a description; undefined where it leads to a heading */
export async function deadLink(description: string): Promise<string | undefined> {
  const place = runbookOf(description);
  if (!place) return 'names no runbook';
  const text = await readFile(fileURLToPath(new URL(place.file, root)), 'utf8').catch(() => undefined);
  if (text === undefined) return `names ${place.file}, which is not there`;
  return headingsOf(text).includes(place.heading)
    ? undefined
    : `names ${place.file}#${place.heading}, a heading that is not there`;
}

/** Headings as GitHub makes anchors of them: lower case, without what is neither word nor hyphen, spaces as hyphens. */
function headingsOf(markdown: string): readonly string[] {
  const withoutCode = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  return [...withoutCode.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
