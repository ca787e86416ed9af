/** Whether a person asks, with a browser: a program that reads JSON does not name HTML. @param accept value of Accept */
export const wantsPage = (accept: string): boolean => /\btext\/html\b/i.test(accept);
