/** What to type to read what a function wrote lately. */

/** @param functionName `coalition-staging`, or `coalition-staging-jobs` */
export function logCommand(functionName: string): string {
  const environment = functionName.replace(/^coalition-/, '').replace(/-jobs$/, '');
  return `npm run logs -- ${environment} ${functionName.endsWith('-jobs') ? '--jobs ' : ''}--since 15m`;
}
