import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classAt, classesOf, mostClasses } from './classes.js';

describe('the map’s classes', () => {
  const words = (numbers: number[]) => classesOf(numbers).map(({ from, to }) => `${from}-${to}`);

  it('hold about as many districts each, and a great number leaves the others apart', () => {
    assert.deepEqual(words([5, 6, 7, 8, 9, 10, 20, 30, 40, 9_000]), ['5-6', '7-8', '9-10', '11-30', '31-9000']);
    assert.deepEqual(words([5, 5, 5, 5, 5, 5, 5, 40]), ['5-5', '6-40']);
    assert.deepEqual(words([12]), ['12-12']);
    assert.deepEqual(words([]), []);
  });

  it('leave out no number, and none is in two', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 60 }), (numbers) => {
        const classes = classesOf(numbers);
        assert.ok(classes.length <= mostClasses && classes.length <= new Set(numbers).size);
        assert.ok(numbers.length === 0 || classes.length > 0);
        for (const number of numbers) assert.notEqual(classAt(classes, number), -1);
        for (const [index, { from, to }] of classes.entries()) {
          assert.ok(from <= to);
          if (index > 0) assert.equal(from, (classes[index - 1]?.to ?? 0) + 1);
        }
      }),
    );
  });
});
