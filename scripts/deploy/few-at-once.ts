/** CloudFormation takes seconds over each change set, and throttles who asks for all of them at once. */
import type { Session } from './session.ts';

const atOnce = 4;

/** Yields in order, each as soon as it is known; whatever ends it, what has begun cleans up first. */
export async function* fewAtOnce<In, Out>(
  { signal }: Pick<Session, 'signal'>,
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  let isOver = false;
  const results: Promise<Out>[] = [];
  items.forEach((item, index) => {
    const earlier = results[index - atOnce]?.catch(() => {}) ?? Promise.resolve();
    const result = earlier.then(() => {
      signal.throwIfAborted();
      if (isOver) throw new Error('Another of them has failed.');
      return work(item);
    });
    // Whoever waits for it gets its error; until then it is nobody's.
    result.catch(() => {});
    results.push(result);
  });
  try {
    for (const result of results) yield await result;
  } finally {
    isOver = true;
    await Promise.allSettled(results);
  }
}
