/** The message of the FormatError that reading a layer to its end must come to. */
import assert from 'node:assert/strict';
import { FormatError, type LayerOptions, openLayer } from '../layer.ts';

export async function refusal(zipPath: string, options: LayerOptions = {}): Promise<string> {
  try {
    await Array.fromAsync((await openLayer(zipPath, options)).features());
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    assert.match(error.remedy, /\w/);
    return error.message;
  }
  return assert.fail(`${zipPath} was read without an error`);
}
