/** People who have endorsed the demonstration: shown ones, some who wait for a reviewer, and one that looks like spam. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { fingerprint } from '../endorsements/spam/fingerprint.ts';

type Stage = 'shown' | 'verified' | 'pending' | 'held';

interface Person {
  readonly stage: Stage;
  readonly name: readonly [first: string, last: string];
  readonly organization?: string;
  readonly role?: string;
  readonly type: string;
  readonly place: readonly [street: string, city: string, zip: string];
  readonly statement: string;
}

/** All invented; the towns are Minnesota's, whose districts a first start loads. */
const people: readonly Person[] = [
  {
    ...{ stage: 'shown', name: ['Marit', 'Solberg'], organization: 'Solberg Dairy', role: 'Owner', type: 'farmer' },
    place: ['1840 County Road 9', 'Northfield', '55057'],
    statement: 'Our cows and our children drink from the same aquifer. I would like to know what is in it.',
  },
  {
    ...{ stage: 'shown', name: ['Dennis', 'Okafor'], role: 'Science teacher', type: 'individual' },
    place: ['75 Constitution Ave', 'St. Paul', '55155'],
    statement: 'My ninth graders tested the school well themselves. The state should not need them to.',
  },
  {
    ...{ stage: 'shown', name: ['Lena', 'Xiong'], organization: 'Riverbend Clinic', role: 'Nurse', type: 'healthcare' },
    place: ['600 E 4th St', 'Chaska', '55318'],
    statement: 'Nitrate is found by testing, or by treating infants. Testing is kinder.',
  },
  {
    ...{ stage: 'shown', name: ['Paul', 'Bergstrom'], type: 'individual' },
    place: ['411 W 1st St', 'Duluth', '55802'],
    statement: 'I fish, I vote, and I drink water.',
  },
  {
    ...{ stage: 'shown', name: ['Aisha', 'Mohamed'], organization: 'Cedar Grocers', role: 'Manager', type: 'business' },
    place: ['350 S 5th St', 'Minneapolis', '55415'],
    statement: '',
  },
  {
    ...{ stage: 'shown', name: ['Tom', 'Lindqvist'], organization: 'Friends of the Cannon River', type: 'nonprofit' },
    place: ['500 Central Ave', 'Faribault', '55021'],
    statement: 'Publish the results, and people will look after their wells.',
  },
  {
    ...{
      stage: 'verified',
      name: ['Grace', 'Huang'],
      organization: 'University Extension',
      role: 'Hydrologist',
      type: 'scientist',
    },
    place: ['201 4th St SE', 'Rochester', '55904'],
    statement: 'The data would be worth more than the tests cost.',
  },
  {
    ...{ stage: 'verified', name: ['Walter', 'Novak'], type: 'individual' },
    place: ['400 2nd St S', 'St. Cloud', '56301'],
    statement: 'It is about time.',
  },
  {
    ...{ stage: 'pending', name: ['Ingrid', 'Dahl'], type: 'individual' },
    place: ['500 Center Ave', 'Moorhead', '56560'],
    statement: 'Please test ours first.',
  },
  {
    ...{ stage: 'held', name: ['Best', 'Deals'], organization: 'Cheap Pumps', type: 'business' },
    place: ['1 Main Street', 'Mankato', '56001'],
    statement: 'Buy pumps at https://pumps.example and https://pumps.example/now and https://pumps.example/today',
  },
];

export async function addDemoEndorsements(client: pg.PoolClient): Promise<void> {
  for (const [index, person] of people.entries()) await add(client, person, index);
}

async function add(client: pg.PoolClient, person: Person, index: number): Promise<void> {
  const { stage, organization = '', role = '', type, statement } = person;
  const [first_name, last_name] = person.name;
  const [street_address, city, zip_code] = person.place;
  const details = { first_name, last_name, organization, role, street_address, city, state: 'MN', zip_code, type };
  const isProven = stage === 'shown' || stage === 'verified';
  const reasons =
    stage === 'held'
      ? [
          { code: 'links', points: 0.6, says: 'The statement has 3 links.' },
          { code: 'fast', points: 0.4, says: 'The form was sent within five seconds.' },
        ]
      : [];
  const at = `now() - make_interval(days => ${people.length - index}, hours => ${(index * 5) % 11})`;
  const { rows } = await client.query<{ id: number }>(
    `with person as (
       insert into stakeholder (first_name, last_name, organization, role, street_address, city, state, zip_code, type,
                                email, proven_at, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $11 then ${at} end, ${at}) returning id)
     insert into endorsement (stakeholder, campaign, statement, statement_print, status, verified_at, terms_accepted,
                              terms_accepted_at, org_authorized, created_at)
     select person.id, campaign.id, $12, $13, case when $11 then 'verified' else 'pending' end,
            case when $11 then ${at} end, true, ${at}, $3 <> '', ${at}
       from person, campaign returning id`,
    [
      ...Object.values(details),
      `${first_name}.${last_name}@example.com`.toLowerCase(),
      isProven,
      statement,
      fingerprint(statement) ?? null,
    ],
  );
  const id = rows[0]?.id ?? 0;
  await client.query(
    `insert into submission (endorsement, digest, person, statement, public_display, org_authorized, spam_score, spam_reasons,
                             held_at, confirmed_at, created_at, expires_at)
     values ($1, $2, $3, $4, true, $5, $6, $7, case when $8 then ${at} end, case when $9 then ${at} end, ${at}, now() + interval '1 day')`,
    [
      id,
      createHash('sha256').update(`demonstration ${id}`).digest(),
      JSON.stringify(details),
      statement,
      organization !== '',
      reasons.length > 0 ? 1 : 0,
      JSON.stringify(reasons),
      stage === 'held',
      isProven,
    ],
  );
  if (stage !== 'shown') return;
  await client.query(
    `insert into endorsement_review (endorsement, at, account, reviewer, decision, saw, before)
     values ($1, ${at}, 0, 'The demonstration', 'approve', $2, '{}')`,
    [id, createHash('sha256').update(statement).digest()],
  );
  await client.query(
    `update endorsement set status = 'approved', display_publicly = true,
            reviewed_at = (select max(at) from endorsement_review where endorsement = $1) where id = $1`,
    [id],
  );
}
