/** `npm run staff`: accounts of staff, where you can reach the database; everywhere else an administrator adds them. */
import { join } from 'node:path';
import { addAccount, newAccount } from '../api/access/accounts.ts';
import { roles } from '../api/access/permissions.ts';
import { type Database, openServer } from '../api/database/database.ts';
import { migrate } from '../api/database/migrate.ts';
import { Problem } from '../api/http/problem.ts';
import { generatedPassword } from '../api/jobs/add-staff.ts';
import { readLocalSettings } from '../api/settings.ts';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, columns, dim, green } from './terminal/style.ts';

const command = defineCommand({
  name: 'staff',
  summary: 'add and list the people who may log in',
  positionals: [
    { name: 'action', description: 'what to do', required: true, choices: ['add', 'list'] },
    { name: 'email', description: 'whom to add' },
  ],
  flags: {
    name: { type: 'string', value: 'name', description: 'how others see them; by default the part before the @' },
    role: { type: 'string', value: 'role', description: 'what they may do', choices: roles, default: 'viewer' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: [
    'npm run staff -- add ann@example.org --name "Ann Fisher" --role administrator',
    'npm run staff -- list',
    'DATABASE_URL=postgres://… npm run staff -- list',
  ],
  async run({ positionals: [action, email], flags }) {
    const account = action === 'add' ? parse(email, flags.name, flags.role) : undefined;
    const database = await open();
    try {
      await migrate(database);
      if (account) await add(database, account, flags.json);
      else await list(database, flags.json);
      return exitCode.done;
    } finally {
      await database.close();
    }
  },
});

type Account = Parameters<typeof addAccount>[1];

function parse(email = '', name: string | undefined, role: string): Account {
  const given = { email, name: name ?? email.split('@')[0], role, password: generatedPassword() };
  const result = newAccount.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(
    `${issue?.path[0] === 'email' ? `"${email}"` : `--${String(issue?.path[0])}`} ${issue?.message}.`,
    'npm run staff -- add ann@example.org --name "Ann Fisher" --role editor',
  );
}

async function add(database: Database, account: Account, json: boolean): Promise<void> {
  try {
    await addAccount(database.pool, account);
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') {
      throw Object.assign(new Error(`There already is an account of ${account.email}.`), {
        remedy: 'npm run staff -- list shows all of them.',
      });
    }
    if (error instanceof Problem) throw new UsageError(error.message, String(error.members.summary ?? error.detail));
    throw error;
  }
  if (json) {
    const { email, name, role, password } = account;
    process.stdout.write(`${JSON.stringify({ email, name, role, password }, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    [
      `${green('✓')} ${bold(account.email)} may log in as ${account.role}, to ${database.name}`,
      `  password  ${account.password}`,
      dim('  It is said this once. They change it with POST /api/staff/password/.'),
      '',
    ].join('\n'),
  );
}

async function list({ pool }: Database, json: boolean): Promise<void> {
  const { rows } = await pool.query<{
    email: string;
    name: string;
    role: string;
    active: boolean;
    last: string | null;
  }>(`select email, name, role, active, to_char(last_login_at, 'YYYY-MM-DD') as last from account order by email`);
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const lines = rows.map(({ email, name, role, active, last }) => [
    email,
    name,
    active ? role : `${role}, not active`,
    last ?? 'never logged in',
  ]);
  process.stdout.write(rows.length === 0 ? 'Nobody may log in yet.\n' : `${columns(lines)}\n`);
}

async function open(): Promise<Database> {
  const { DATABASE_URL, LOCAL_FOLDER } = readLocalSettings();
  if (DATABASE_URL) return openServer(DATABASE_URL, { connections: 1 });
  const { openEmbeddedDatabase } = await import('../api/local/embedded/database.ts');
  return openEmbeddedDatabase(join(LOCAL_FOLDER, 'database'));
}

if (import.meta.main) await run(command);
