/**
 * The review desk: who signs in, which view the address asks for, and what the keys do. The address remembers the pile,
 * the filters and the endorsement that is open: `/desk?pile=held&campaign=3&id=12`.
 *
 * @import { Desk, Me } from './shapes.js'
 */
import { byId, element } from '../look/element.js';
import { Refusal, signOut, whenSignedOut, whoAmI } from './api.js';
import { openCampaigns } from './campaigns.js';
import { listenToKeys, showKeys } from './keys.js';
import { button } from './parts.js';
import { openQueue } from './queue.js';
import { askToSignIn } from './sign-in.js';
import { sayRefusal } from './strip.js';
import { openUnplaced } from './unplaced.js';

const views = {
  queue: { title: 'Endorsements', open: openQueue },
  campaigns: { title: 'Campaigns', open: openCampaigns },
  unplaced: { title: 'Addresses', open: openUnplaced },
};

const main = byId('main', HTMLElement);
const nav = byId('views', HTMLElement);
const account = byId('account', HTMLDivElement);

/** @type {string | undefined} the address that is shown */
let shown;

/** @type {Desk} */
const desk = {
  me: { name: '', permissions: [] },
  can: (permission) => desk.me.permissions.includes(permission),
  here: () => new URLSearchParams(location.search),
  go(changes) {
    const wanted = desk.here();
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === null || value === '') wanted.delete(name);
      else wanted.set(name, String(value));
    }
    visit(`/desk${wanted.size > 0 ? `?${wanted}` : ''}`);
  },
};

addEventListener('popstate', show);
document.addEventListener('click', followInside);
byId('main', HTMLElement)
  .ownerDocument.querySelector('.skip')
  ?.addEventListener('click', (event) => {
    event.preventDefault();
    main.focus();
  });
whenSignedOut(signInAgain);

try {
  greet(
    (await whoAmI()) ?? (await askToSignIn({ reason: 'For staff and volunteers of the coalition.', mayLeave: false })),
  );
  listenToKeys();
  show();
} catch (error) {
  sayRefusal(error);
}

/** In the middle of something, for whoever it was that began it. */
async function signInAgain() {
  const reason = 'Your session has ended. Sign in to go on; what you typed is still there.';
  const me = await askToSignIn({ reason, mayLeave: true });
  const isSame = me.email === desk.me.email;
  greet(me);
  if (isSame) return;
  shown = undefined;
  show();
  throw new Refusal(401, `You are ${me.name} now, so this was not done. Look again, then decide.`);
}

/** @param {Me} me */
function greet(me) {
  desk.me = me;
  nav.hidden = account.hidden = false;
  account.replaceChildren(
    element('p', { class: 'who' }, element('strong', {}, me.name), ` ${me.role ?? ''}`),
    button('Keys', showKeys, { class: 'quiet keys-button', 'aria-keyshortcuts': '?' }),
    button('Sign out', leave, { class: 'quiet' }),
  );
}

async function leave() {
  try {
    await signOut();
  } catch (error) {
    // A session that has ended already is what was asked for.
    if (!(error instanceof Refusal && error.status === 401)) return sayRefusal(error);
  }
  // Loaded anew, so that nothing of what was read stays in this tab.
  location.assign('/desk');
}

/** @param {string} address */
function visit(address) {
  if (address !== location.pathname + location.search) history.pushState(null, '', address);
  show();
}

function show() {
  if (shown === location.search) return;
  const before = new URLSearchParams(shown);
  const isFirst = shown === undefined;
  shown = location.search;
  const wanted = desk.here().get('view') ?? 'queue';
  const view = /** @type {keyof typeof views} */ (wanted in views ? wanted : 'queue');
  document.title = `${views[view].title} – Review desk`;
  nav.replaceChildren(
    ...Object.entries(views).map(([name, { title }]) =>
      element(
        'a',
        {
          href: name === 'queue' ? '/desk' : `/desk?view=${name}`,
          ...(name === view ? { 'aria-current': 'page' } : {}),
        },
        title,
      ),
    ),
  );
  for (const name of Object.keys(views)) byId(name, HTMLElement).hidden = name !== view;
  const isAnother = !isFirst && (before.get('view') ?? 'queue') !== view;
  views[view].open(desk, { isAnother }).catch(sayRefusal);
}

/** Links of the desk change the view and load nothing anew; with a modifier they are the browser's.
 *
 * @param {MouseEvent} event
 */
function followInside(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (
    !link ||
    link.hasAttribute('download') ||
    link.target ||
    link.origin !== location.origin ||
    link.pathname !== '/desk'
  )
    return;
  event.preventDefault();
  visit(link.pathname + link.search);
}
