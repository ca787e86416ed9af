/** A campaign to look at, so that a first start shows more than empty lists. */
import type { Database } from '../database/database.ts';

/** Adds the demo campaign to a database that has no campaign at all. @returns whether it did */
export async function addDemoCampaign(database: Pick<Database, 'pool'>): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `insert into campaign (name, title, summary, description, endorsement_statement, endorsement_form_instructions)
     select $1, $2, $3, $4, $5, $6 where not exists (select from campaign)`,
    [
      'clean-water-for-every-county',
      'Clean Water for Every County',
      'Farmers, teachers, anglers and mayors ask the legislature to test every public well once a year.',
      '<p>One public well in nine has not been tested for ten years. Testing all of them costs less than a single treatment plant.</p>' +
        '<p>This campaign is a demonstration. Nothing that you do here leaves your machine.</p>',
      'I support yearly tests of every public well, with the results published.',
      '<p>Sign as yourself or for your organization.</p>',
    ],
  );
  return rowCount === 1;
}
