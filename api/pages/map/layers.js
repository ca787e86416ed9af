/**
 * The legend and switch of the map: one line a layer, with its count, vintage and resolution.
 *
 * @import { Layer, Source } from './regions.js'
 */
import { byId, element } from '../look/element.js';

const list = byId('layers', HTMLDivElement);

/**
 * @param {Layer[]} layers
 * @param {string | undefined} chosen
 * @param {(layer: string) => void} onChoose
 */
export function showLayers(layers, chosen, onChoose) {
  const choices = layers.map((layer) => choice(layer, chosen));
  const group = element('fieldset', {}, element('legend', { class: 'hidden' }, 'Layer to draw'), ...choices);
  group.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement) onChoose(event.target.value);
  });
  list.replaceChildren(group);
}

/** @param {string} layer */
export function checkLayer(layer) {
  for (const input of list.querySelectorAll('input')) input.checked = input.value === layer;
}

/**
 * @param {string} message
 * @param {() => void} onRetry
 */
export function showLayersProblem(message, onRetry) {
  const retry = element('button', { type: 'button' }, 'Try again');
  retry.addEventListener('click', onRetry);
  list.replaceChildren(element('p', { class: 'problem', role: 'alert' }, message), retry);
}

/**
 * @param {Layer} layer
 * @param {string | undefined} chosen
 */
function choice({ layer, label, count, sources }, chosen) {
  const loaded = count > 0;
  return element(
    'label',
    { class: 'layer' },
    element('input', {
      type: 'radio',
      name: 'layer',
      value: layer,
      checked: layer === chosen,
      disabled: !loaded,
    }),
    element('span', { class: 'layer-name' }, label),
    element('span', { class: 'layer-count' }, loaded ? count.toLocaleString('en-US') : 'not loaded'),
    element('span', { class: 'layer-sources' }, ...sourceLines(sources)),
  );
}

/**
 * Up to three sources are named; more are counted, for fifty states would bury the switch.
 *
 * @param {Source[]} sources
 */
function sourceLines(sources) {
  const lines =
    sources.length <= 3
      ? sources.map((source) => [source.coverage_name, vintage(source), resolution(source)].join(' · '))
      : [`${sources.length} sources · vintage ${range(sources.map((source) => source.vintage))}`];
  return lines.map((line) => element('span', {}, line));
}

/** @param {{ vintage: number, session: string | null }} source */
export function vintage({ vintage, session }) {
  return session === null ? `vintage ${vintage}` : `vintage ${vintage}, ${session}`;
}

/** @param {Source} source */
function resolution({ resolution }) {
  return resolution ?? 'full resolution';
}

/** @param {number[]} years */
function range(years) {
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return first === last ? `${first}` : `${first}–${last}`;
}
