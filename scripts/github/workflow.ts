/** What a step of a workflow tells the steps after it; where there is no workflow, nothing happens. */
import { appendFile } from 'node:fs/promises';

/**
 * Sets outputs of this step (the file that GITHUB_OUTPUT names); what is undefined is left out.
 * @throws Error where a value has a line break, which would set another output
 */
export async function setOutputs(
  values: Readonly<Record<string, string | undefined>>,
  file = process.env.GITHUB_OUTPUT,
): Promise<void> {
  const lines = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (/[\r\n]/.test(name + value)) throw new Error(`The output ${name} has a line break in it.`);
    return [`${name}=${value}\n`];
  });
  if (file && lines.length > 0) await appendFile(file, lines.join(''));
}

/** Adds Markdown to what GitHub shows of this step (the file that GITHUB_STEP_SUMMARY names). */
export async function addSummary(markdown: string, file = process.env.GITHUB_STEP_SUMMARY): Promise<void> {
  if (file) await appendFile(file, markdown);
}
