import assert from 'node:assert/strict';
import { formatPoint, parsePoint } from './coordinates.js';

describe('coordinates', () => {
  for (const text of [
    '44.9553, -93.1022',
    ' 44.9553,-93.1022 ',
    '44.9553 -93.1022',
    '44.9553; -93.1022',
    '44.9553, −93.1022',
    '(44.9553, -93.1022)',
    '[44.9553, -93.1022]',
    'geo:44.9553,-93.1022',
    '44.9553° N, 93.1022° W',
    '44.9553N 93.1022W',
  ]) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parsePoint(text), { point: { lat: 44.9553, lng: -93.1022 } });
    });
  }

  for (const [text, problem] of [
    ['', /^Enter a latitude and a longitude/],
    ['St. Paul', /^“St. Paul” is not two decimal numbers/],
    ['44.9553', /not two decimal numbers/],
    ['1e2, 3', /not two decimal numbers/],
    ['44° 57′ 19″ N, 93° 6′ 8″ W', /not two decimal numbers/],
    ['-93.1022, 44.9553', /^Latitude comes first .* Did you mean 44.9553, -93.1022\?$/],
    ['44.9553, -193', /^Longitude lies between/],
  ] as const) {
    it(`explains what is wrong with ${JSON.stringify(text)}`, () => {
      const parsed = parsePoint(text);
      assert.match('problem' in parsed ? parsed.problem : 'no problem', problem);
    });
  }

  it('writes no more digits than a boundary has', () => {
    assert.equal(formatPoint({ lat: 44.955300000000001, lng: -93.10219999 }), '44.9553, -93.1022');
  });
});
