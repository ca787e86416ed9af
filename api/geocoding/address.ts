/** Addresses as one line of text, and the parts of one. */
import { states } from '../regions/states.ts';
import type { Address } from './geocoder.ts';

/** White space as one space, and a ZIP code of nine digits with its hyphen: what means the same is written the same. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/\s+,/g, ',')
    .trim()
    .replace(/\b(\d{5})[ -]?(\d{4})$/, '$1-$2');
}

/** @returns such as `600 W 1st St, Duluth, MN 55802` */
export function oneLine({ street, city, state, zip }: Address): string {
  return tidy([street, city, `${state} ${zip}`].filter((part) => part.trim() !== '').join(', '));
}

/** Five digits, or nine with a hyphen; what is neither is returned without the space around it. */
export function tidyZip(zip: string): string {
  const digits = zip.replace(/\D/g, '');
  if (digits.length === 5) return digits;
  return digits.length === 9 ? `${digits.slice(0, 5)}-${digits.slice(5)}` : zip.trim();
}

const postalByName = new Map(states.map(({ name, postal }) => [name.toLowerCase(), postal]));
const postals = new Set(states.map(({ postal }) => postal));

/** @returns two letters, from two letters or a name in any case; undefined for what is no state */
export function statePostal(text: string): string | undefined {
  const trimmed = text.trim();
  const postal = trimmed.toUpperCase();
  return postals.has(postal) ? postal : postalByName.get(trimmed.toLowerCase());
}

/** The house number and the ZIP code of one line, lower case: what a match has to share with what was asked. */
export function telling(text: string): { readonly house: string | undefined; readonly zip: string | undefined } {
  const house = /^\s*(\d+[a-z]?(?:-\d+)?)\s/i.exec(text)?.[1]?.toLowerCase();
  const zip = /\b(\d{5})(?:-\d{4})?\s*$/.exec(tidy(text))?.[1];
  return { house, zip };
}
