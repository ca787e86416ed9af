import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { doubtsOf, judge } from './expand-only.ts';

const migrations = new URL('../../../api/database/migrations/', import.meta.url);

/** Written before anything was deployed anywhere: no release before them is running. */
const beforeTheFirstRelease = [
  '0012_media',
  '0017_keep_signatures',
  '0018_endorsement_workflow',
  '0020_location',
  '0022_audited_exports',
  '0023_endorsement_count',
];

describe('what a migration does to the releases before it', () => {
  it('is nothing, of every migration since the first release', async () => {
    const names = readdirSync(migrations).filter((name) => name.endsWith('.sql'));
    const judged = await Promise.all(names.map(judge));
    const doubtful = judged.filter(({ name, doubts }) => {
      return doubts.length > 0 && !beforeTheFirstRelease.includes(name.replace('.sql', ''));
    });
    assert.deepEqual(
      doubtful,
      [],
      'Migrations only add; what takes away ships once no release needs it. Where these do no harm, say so in the file: -- Releases before this one still work: why',
    );
  });

  for (const sql of [
    'create table if not exists a (id integer primary key, b text not null unique)',
    'create table a (id integer); create unique index a_id on a (id); alter table a add constraint c check (id > 0)',
    'create table a (id integer); create trigger t after insert on a for each row execute function f()',
    'alter table a add column b text, add column c integer not null default 1, add d boolean generated always as (b is null) stored',
    "comment on column a.b is 'drop table; rename -- it'",
    '-- drop table a;\n/* alter table a\n drop column b; */ create index i on a (b)',
    'create or replace function f() returns trigger language plpgsql as $body$ begin drop table a; return new; end $body$',
    'alter table a alter column geom set storage external, drop constraint a_b_check, alter b drop not null',
    "insert into a (b) values ('x; drop table a'); update a set b = 'y' where b is null",
    '-- Releases before this one still work: none of them has read b since March.\nalter table a drop column b',
  ]) {
    it(`is nothing: ${sql.replaceAll('\n', ' ').slice(0, 80)}`, () => assert.deepEqual(doubtsOf(sql), []));
  }

  for (const sql of [
    'drop table a',
    'alter table a drop column b',
    'alter table a drop b cascade',
    'alter table only a rename to b',
    'alter table a rename column b to c',
    'alter table a alter column b type bigint',
    'alter table a alter b set not null',
    'alter table a alter b drop default',
    'alter table a add column b text not null',
    'alter table a add column b text unique',
    'alter table a add constraint c check (length(b) > 3)',
    'create unique index i on a (b)',
    'create trigger t before insert on a for each row execute function f()',
    'drop function f(integer)',
    'drop view v',
    'truncate a',
    'delete from a where b',
    'with gone as (delete from a returning *) insert into b select * from gone',
    'do $$ begin execute something; end $$',
    'alter type t rename value x to y',
    'revoke all on a from b',
    '-- Releases before this one still work:\nalter table a drop column b',
    'alter table a add column b numeric(3, 2), drop column c',
  ]) {
    it(`is not known to be nothing: ${sql.replaceAll('\n', ' ')}`, () => assert.equal(doubtsOf(sql).length, 1));
  }

  it('is not known of a migration that is not here', async () => {
    assert.deepEqual((await judge('9999_later')).doubts, ['is not in this checkout, so that nothing is known of it']);
    assert.deepEqual((await judge('../../../etc/passwd')).doubts, ['has a name that no migration has']);
  });
});
