/**
 * Whoever changes which regions are in force holds this advisory lock alone; whoever gives people districts holds it
 * shared, so that nobody is given a district that is being replaced. Any number will do that nothing else takes.
 */
export const boundariesLock = 4_202_602;
