/** What somebody sends who endorses, as the site's form sends it; every rule is refused with the path of its field. */
import * as z from 'zod/mini';
import { email, flag, id, oneOf, text } from '../http/fields.ts';
import { states } from '../regions/states.ts';

export const stakeholderTypes = [
  ...['farmer', 'waterman', 'business', 'nonprofit', 'scientist'],
  ...['healthcare', 'government', 'individual', 'other'],
] as const;

/** What may be left out, or be null, is empty text. */
const orEmpty = (max: number) =>
  z.pipe(
    z.nullish(text({ max })),
    z.transform((value) => value ?? ''),
  );

const oneSpace = (value: string) => value.replace(/\s+/g, ' ');

/** On one line, because letters begin with it: what stands on lines of its own would be ours to who reads them. */
const name = z.pipe(text({ min: 1, max: 100 }).check(z.regex(/[\p{L}\p{N}]/u, 'has no letter')), z.transform(oneSpace));

const onOneLine = (max: number) => z.pipe(orEmpty(max), z.transform(oneSpace));

const street = z.pipe(text({ min: 5, max: 255 }), z.transform(oneSpace));

const city = z.pipe(
  text({ min: 2, max: 100 }).check(
    z.regex(/^[\p{L}\p{M}' .’-]+$/u, 'takes letters, spaces, hyphens, apostrophes and periods only'),
  ),
  z.transform((value) => titled(oneSpace(value))),
);

/** `ST. PAUL` and `st. paul` become `St. Paul`; `McLean` was written on purpose. */
function titled(name: string): string {
  if (name !== name.toLowerCase() && name !== name.toUpperCase()) return name;
  return name.toLowerCase().replace(/(^|[\s-])\p{L}/gu, (start) => start.toUpperCase());
}

const postal = new Map(states.flatMap((state) => [state.postal, state.name].map((key) => [key.toLowerCase(), state])));

const state = z.pipe(
  text({ min: 1, max: 100 }).check(
    z.refine<string>((value) => postal.has(oneSpace(value).toLowerCase()), 'is not a state, such as MD or Maryland'),
  ),
  z.transform((value) => postal.get(oneSpace(value).toLowerCase())?.postal ?? ''),
);

const zipCode = z.pipe(
  text({ max: 20 }).check(z.regex(/^\d{5}(-?\d{4})?$/, 'is not a ZIP code such as 21601 or 21601-1234')),
  z.transform((value) => value.replace(/^(\d{5})-?(\d{4})$/, '$1-$2')),
);

/** Bait is whatever a program filled in that a person cannot see. It is stored with the reasons, and refused to nobody. */
const bait = z.pipe(
  z.nullish(z.string().check(z.maxLength(2_000))),
  z.transform((value) => value ?? ''),
);

export const submitted = z.object({
  campaign_id: id,
  stakeholder: z.object({
    first_name: name,
    last_name: name,
    organization: onOneLine(200),
    role: onOneLine(100),
    email,
    street_address: street,
    city,
    state,
    zip_code: zipCode,
    /** Ignored: the county follows from the address. */
    county: z.nullish(z.string().check(z.maxLength(100, 'is longer than 100 characters'))),
    type: oneOf(...stakeholderTypes),
    email_updates: z.pipe(
      z.nullish(flag),
      z.transform((value) => value ?? false),
    ),
  }),
  statement: orEmpty(2_000),
  public_display: z._default(flag, true),
  terms_accepted: flag,
  org_authorized: z._default(flag, false),
  form_metadata: z.object({
    website: bait,
    url: bait,
    homepage: bait,
    confirm_email: bait,
    /** When the form was opened, by the clock of who fills it in. */
    form_start_time: z.nullish(
      z.string('is not text').check(
        z.maxLength(50, 'is longer than 50 characters'),
        z.refine<string>(
          (value) => value === '' || (/^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))),
          'is not a time such as 2026-11-03T00:00:00Z',
        ),
      ),
    ),
    referrer: z.nullish(z.string('is not text').check(z.maxLength(500, 'is longer than 500 characters'))),
  }),
});

export type Submitted = z.infer<typeof submitted>;

/** What a person says of themselves, apart from the mailbox that proves it. */
export const personFields = [
  ...['first_name', 'last_name', 'organization', 'role'],
  ...['street_address', 'city', 'state', 'zip_code', 'type'],
] as const;

export type Person = Readonly<Record<(typeof personFields)[number], string>>;

export function personOf({ stakeholder }: Submitted): Person {
  const { first_name, last_name, organization, role, street_address, city, state, zip_code, type } = stakeholder;
  return { first_name, last_name, organization, role, street_address, city, state, zip_code, type };
}
