import assert from 'node:assert/strict';
import { seatOf } from './district.ts';

const seat = (level: string, chamber: string, state: string, district: string) => {
  const found = seatOf({ level, chamber, state, district });
  return found && `${found.layer} ${found.geoid}`;
};

describe('legislators: seatOf', () => {
  it('is a state for a senator, and a district for a representative', () => {
    assert.equal(seat('federal', 'senate', 'MN', ''), 'state 27');
    assert.equal(seat('federal', 'house', 'MN', '4'), 'congressional 2704');
    assert.equal(seat('federal', 'house', 'MN', '04'), 'congressional 2704');
  });

  it('is the whole state at large, and 98 for a delegate', () => {
    for (const district of ['', '0', '00', 'At-Large', 'at large', 'AL'])
      assert.equal(seat('federal', 'house', 'WY', district), 'congressional 5600', district);
    for (const district of ['', '98', 'At-Large'])
      assert.equal(seat('federal', 'house', 'DC', district), 'congressional 1198');
  });

  it('is a district of a chamber, numbered or lettered', () => {
    assert.equal(seat('state', 'state_senate', 'MN', '65'), 'state_upper 27065');
    assert.equal(seat('state', 'state_house', 'MN', '65B'), 'state_lower 2765B');
    assert.equal(seat('state', 'state_house', 'MD', '1A'), 'state_lower 2401A');
    assert.equal(seat('state', 'assembly', 'CA', '7'), 'state_lower 06007');
    assert.equal(seat('state', 'state_senate', 'VT', 'was'), 'state_upper 50WAS');
  });

  it('is unknown where nothing says which', () => {
    assert.equal(seat('federal', 'house', 'MN', '1st'), undefined);
    assert.equal(seat('state', 'state_house', 'MN', ''), undefined);
    assert.equal(seat('state', 'state_house', 'XX', '1'), undefined);
  });
});
