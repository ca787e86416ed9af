/** The API's description as TypeScript, by openapi-typescript: what openapi-fetch and its relatives take. */
import openapi, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { Document } from '../../api/openapi/reference-page.ts';

/** @returns a `.d.ts`: the same for the same routes */
export async function clientTypes(document: Document): Promise<string> {
  const nodes = await openapi(document as unknown as OpenAPI3, { alphabetize: true });
  return `// Written by \`npm run client\` of Coalition Builder from its routes; write it again rather than edit it.\n\n${astToString(nodes)}`;
}
