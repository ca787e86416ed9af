/**
 * What is said of a point's regions, in words that are kept: each point of a district has the same, and to put it into JSON,
 * hash and compress it anew would take a third of a look-up. Which regions those are the database says each time.
 */
import { entityTag } from '../http/entity-tag.ts';
import { type End, joined } from '../http/joined.ts';
import type { Reply } from '../http/route.ts';
import { type Seated, type Sitting, sittingFor } from '../legislators/sitting.ts';
import { type FoundRegion, notesOn } from './lookup.ts';

export interface Said {
  readonly said: {
    readonly regions: readonly FoundRegion[];
    /** Who sits for these regions today, in their order. */
    readonly legislators: readonly Sitting[];
    readonly notes: readonly string[];
  };
  /** The same as JSON, without the bracket that it begins with. */
  readonly end: End;
  /** Changes when the text does. */
  readonly tag: string;
}

const kept = new WeakMap<readonly FoundRegion[], Said & { readonly seated: Seated }>();

/** @param regions as `lookUp()` gives them: an array that is the same again has the same said of it, while nobody else sits */
export function saidOf(regions: readonly FoundRegion[], seated: Seated): Said {
  const known = kept.get(regions);
  if (known?.seated === seated) return known;
  const said = { regions, legislators: sittingFor(regions, seated), notes: notesOn(regions) };
  const text = JSON.stringify(said);
  const fresh = { said, end: { text: Buffer.from(text.slice(1)) }, tag: entityTag(text), seated };
  kept.set(regions, fresh);
  return fresh;
}

/** What is said of a point, as it is sent. */
export function replyAt(lat: number, lng: number, { end, tag }: Said): Reply {
  return {
    body: joined(Buffer.from(`{"lat":${lat},"lng":${lng},`), end),
    type: 'application/json',
    etag: `${tag}.${lat}.${lng}`,
  };
}
