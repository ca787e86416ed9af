/** Which region a legislator is elected from, as the Census calls it. */
import type { LayerId } from '../regions/layers.ts';
import { states } from '../regions/states.ts';

export interface Seat {
  readonly layer: LayerId;
  readonly geoid: string;
}

export interface Elected {
  readonly level: string;
  readonly chamber: string;
  /** Two letters. */
  readonly state: string;
  /** As staff wrote it: `4`, `04`, `65B`, `At-Large` or nothing. */
  readonly district: string;
}

const fipsByPostal = new Map(states.map(({ postal, fips }) => [postal, fips]));

/** The District of Columbia and the territories send delegates, whose district the Census numbers 98. */
const delegates = new Set(['DC', 'AS', 'GU', 'MP', 'PR', 'VI']);

/** @returns undefined where the district says nothing that the Census could call a district */
export function seatOf({ level, chamber, state, district }: Elected): Seat | undefined {
  const fips = fipsByPostal.get(state);
  if (!fips) return undefined;
  const code = district.trim().toUpperCase();
  if (level === 'federal') {
    if (chamber === 'senate') return { layer: 'state', geoid: fips };
    if (/^(0{0,2}|AL|AT[- ]LARGE)$/.test(code) || (delegates.has(state) && code === '98')) {
      return { layer: 'congressional', geoid: fips + (delegates.has(state) ? '98' : '00') };
    }
    return /^\d{1,2}$/.test(code) ? { layer: 'congressional', geoid: fips + code.padStart(2, '0') } : undefined;
  }
  // Census codes of state legislative districts have three characters; where they are numbers, with zeros before.
  const numbered = /^(\d{1,3})([A-Z]?)$/.exec(code);
  const census = numbered ? `${numbered[1]}${numbered[2]}`.padStart(3, '0') : code;
  if (!/^[0-9A-Z-]{3}$/.test(census)) return undefined;
  const isUpper = chamber === 'state_senate' || chamber === 'senate';
  return { layer: isUpper ? 'state_upper' : 'state_lower', geoid: fips + census };
}
