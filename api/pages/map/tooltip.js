/**
 * What the mouse is over: its district is lit, its name and number stand beside the pointer. Touch screens have neither.
 *
 * @import { Map as MapLibreMap } from 'maplibre-gl'
 * @import { DistrictCount } from './counts.js'
 *
 * @typedef {ReadonlyMap<string, Pick<DistrictCount, 'count' | 'at_least'>>} Numbered districts that anybody endorsed from
 */
import { byId, element } from '../look/element.js';
import { inText } from './numbers.js';
import { isChosen } from './paint.js';

/** Pixels from the pointer. */
const distance = 16;

const tooltip = byId('tooltip', HTMLDivElement);

/**
 * @param {MapLibreMap} map its source `districts`
 * @returns {{ light: (geoid: string | null) => void, tell: (numbers: Numbered | null) => void }} `light`: from elsewhere,
 *   as the pointer does; `tell`: what to say of districts from now on
 */
export function followPointer(map) {
  /** @type {Numbered | null} */
  let numbers = null;
  /** @type {string | number | undefined} */
  let lit;

  /** @param {string | number | undefined} id */
  function tint(id) {
    if (id === lit) return;
    if (lit !== undefined) map.setFeatureState({ source: 'districts', id: lit }, { hover: false });
    if (id !== undefined) map.setFeatureState({ source: 'districts', id }, { hover: true });
    lit = id;
  }

  /** @param {string | null} geoid */
  function outline(geoid) {
    map.setFilter('lit', isChosen(geoid === null ? [] : [geoid]));
  }

  map.on('mousemove', 'districts', ({ features, point }) => {
    const district = features?.[0];
    if (!district) return;
    const { name, geoid } = district.properties;
    if (district.id !== lit && numbers) outline(geoid);
    tint(district.id);
    tooltip.replaceChildren(name, ...said(geoid), element('span', {}, `GEOID ${geoid}`));
    tooltip.hidden = false;
    const { clientWidth, clientHeight } = map.getContainer();
    const left = Math.min(point.x + distance, clientWidth - tooltip.offsetWidth);
    const top = Math.min(point.y + distance, clientHeight - tooltip.offsetHeight);
    tooltip.style.transform = `translate(${left}px, ${top}px)`;
  });
  map.on('mouseleave', 'districts', leave);
  // The map moves under a pointer that rests, when it is steered by keyboard.
  map.on('movestart', leave);

  /** @param {string} geoid */
  function said(geoid) {
    if (!numbers) return [];
    const number = numbers.get(geoid);
    const text = number ? inText(number) : 'none';
    return [element('span', { class: 'number' }, `Endorsements: ${text}`)];
  }

  function leave() {
    if (lit !== undefined) outline(null);
    tint(undefined);
    tooltip.hidden = true;
  }

  return {
    light: outline,
    tell(known) {
      numbers = known;
      leave();
    },
  };
}
