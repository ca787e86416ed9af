/** The platform of one environment, as a picture that a person can take in at once. What it says is read from the templates; where it stands is ours. */
import type { Platform } from '../platform/platform.ts';
import { type Card, factsOf } from './facts.ts';
import { arrow, type Box, card, drawing, frame, ink, label } from './svg.ts';

const colours = { delivery: '#7c3aed', compute: '#ea580c', data: '#2563eb', watching: '#0d9488', network: '#475569' };

const places: Readonly<Record<Card, readonly [Box, keyof typeof colours]>> = {
  cloudFront: [{ x: 210, y: 150, width: 210, height: 84 }, 'delivery'],
  gateway: [{ x: 210, y: 288, width: 210, height: 84 }, 'delivery'],
  function: [{ x: 500, y: 288, width: 190, height: 84 }, 'compute'],
  jobs: [{ x: 710, y: 288, width: 190, height: 84 }, 'compute'],
  database: [{ x: 500, y: 446, width: 400, height: 84 }, 'data'],
  import: [{ x: 500, y: 604, width: 400, height: 84 }, 'compute'],
  static: [{ x: 1000, y: 150, width: 240, height: 64 }, 'data'],
  media: [{ x: 1000, y: 232, width: 240, height: 64 }, 'data'],
  table: [{ x: 1000, y: 314, width: 240, height: 64 }, 'data'],
  secrets: [{ x: 1000, y: 396, width: 240, height: 64 }, 'data'],
  logs: [{ x: 60, y: 760, width: 210, height: 64 }, 'watching'],
  alarms: [{ x: 286, y: 760, width: 210, height: 64 }, 'watching'],
  traces: [{ x: 512, y: 760, width: 180, height: 64 }, 'watching'],
  schedule: [{ x: 708, y: 760, width: 512, height: 64 }, 'watching'],
};

export function picture(platform: Platform, environment: string): string {
  const { cards, vpc, waysOut, out, ways } = factsOf(platform, environment);
  return drawing(1280, 860, `Coalition Builder on AWS: ${environment}`, [
    label(40, 52, 'Coalition Builder on AWS', { size: 24, weight: 700 }),
    label(40, 78, `${environment}, drawn from its templates by npm run diagram`, { size: 13, colour: ink.quiet }),

    frame({ x: 460, y: 212, width: 480, height: 500 }, colours.network, `VPC ${vpc}`, waysOut.join(', ')),
    frame({ x: 480, y: 250, width: 440, height: 140 }, colours.compute, 'Private, dual-stack, two zones', out),
    frame({ x: 480, y: 408, width: 440, height: 140 }, colours.data, 'Data', 'in on 5432 only, no way out'),
    frame({ x: 480, y: 566, width: 440, height: 130 }, colours.compute, 'Public', 'nothing may come in'),
    frame({ x: 40, y: 728, width: 1200, height: 112 }, colours.watching, 'Watching'),

    ...paths,
    ...ways.map((way, index) => label(1000, 482 + 16 * index, way, { size: 11.5, colour: ink.quiet })),
    visitor(192, 'Visitors', 'the site, the map'),
    visitor(646, 'Census Bureau', 'www2.census.gov'),
    ...Object.entries(places).map(([name, [box, kind]]) => card(box, colours[kind], cards[name as Card])),
  ]);
}

const paths = [
  arrow('M156 192 H202'),
  arrow('M315 234 V280'),
  label(326, 262, '/api', { size: 11.5, colour: ink.quiet }),
  // Files do not pass the function.
  arrow('M420 182 H992'),
  label(700, 174, 'files, by origin access control', { size: 11.5, colour: ink.quiet, anchor: 'middle' }),
  arrow('M966 182 V256 Q966 264 974 264 H992'),
  arrow('M420 330 H492'),
  arrow('M595 372 V438'),
  label(606, 402, '5432', { size: 11.5, colour: ink.quiet }),
  arrow('M722 372 V438'),
  arrow('M700 604 V538'),
  label(711, 562, '5432', { size: 11.5, colour: ink.quiet }),
  arrow('M920 318 H958 Q966 318 966 310 V288 Q966 280 974 280 H992'),
  arrow('M920 346 H992'),
  arrow('M920 362 H958 Q966 362 966 370 V420 Q966 428 974 428 H992'),
  arrow('M156 646 H492'),
  label(308, 638, 'boundaries, over HTTPS', { size: 11.5, colour: ink.quiet, anchor: 'middle' }),
];

function visitor(y: number, name: string, note: string): string {
  return [
    `<circle cx="98" cy="${y}" r="58" fill="#ffffff" stroke="#dbe2ea"/>`,
    label(98, y - 2, name, { size: 13, weight: 650, anchor: 'middle' }),
    label(98, y + 15, note, { size: 11, colour: ink.quiet, anchor: 'middle' }),
  ].join('\n');
}
