/**
 * What is known of an endorsement, for who has to decide: the statement first, then what speaks against it.
 *
 * @import { Desk, File, Mail } from './shapes.js'
 */
import { element } from '../look/element.js';
import { Refusal } from './api.js';
import { badge, facts, labelled, moment, part, showFaults } from './parts.js';
import { sayRefusal } from './strip.js';
import { decisions, layers, mailKinds, mailStates, personFields } from './words.js';

/**
 * @param {File} file
 * @param {Desk} desk
 * @param {{ saveNotes: (notes: string) => Promise<void> }} acts
 * @returns {HTMLElement[]}
 */
export function contents(file, desk, { saveNotes }) {
  return [
    file.statement
      ? element('blockquote', { class: 'statement', dir: 'auto' }, file.statement)
      : element('p', { class: 'hint' }, 'Without a statement.'),
    ...(file.proposed ? [changes(file, file.proposed)] : []),
    spam(file),
    person(file),
    districts(file),
    mail(file.mails),
    agreed(file),
    history(file),
    ...(file.submissions.length > 1 ? [submissions(file)] : []),
    ...(desk.can('endorsements:review') ? [notes(file, saveNotes)] : []),
  ];
}

/** @param {File} file */
function spam({ spam_score, spam_reasons, similar, id }) {
  const alike = similar
    ? element(
        'p',
        {},
        element(
          'a',
          { href: `/desk?pile=all&similar=${id}` },
          `${similar === 1 ? 'One other endorsement has' : `${similar} other endorsements have`} nearly the same statement`,
        ),
      )
    : '';
  if (spam_reasons.length === 0)
    return part('Does it look like spam?', element('p', {}, 'Nothing speaks for it.'), alike);
  return part(
    'Does it look like spam?',
    element(
      'p',
      {},
      `${Math.round(spam_score * 100)} of 100. From 70 on it is held back until a reviewer looks; the score alone refuses nobody.`,
    ),
    element(
      'ul',
      { class: 'reasons' },
      ...spam_reasons.map(({ points, says }) =>
        element(
          'li',
          {},
          element('span', { class: 'points' }, `+${Math.round(points * 100)}`),
          ' ',
          element('span', { dir: 'auto' }, says),
        ),
      ),
    ),
    alike,
  );
}

/** @param {File} file */
function person({ stakeholder, person: known }) {
  return part(
    'Person',
    facts([
      ['E-mail', stakeholder.email],
      ['Organization', stakeholder.organization],
      ['Role', stakeholder.role],
      ['Kind', stakeholder.type],
      ['Address', `${stakeholder.street_address}, ${stakeholder.city}, ${known.state ?? ''} ${stakeholder.zip_code}`],
      ['Wants news', stakeholder.email_updates ? 'Yes' : 'No'],
    ]),
  );
}

/**
 * @param {File} file
 * @param {Record<string, string>} proposed
 */
function changes({ person: known }, proposed) {
  const differing = Object.keys(personFields).filter((name) => (proposed[name] ?? '') !== (known[name] ?? ''));
  return part(
    'Sent other details since',
    element('p', {}, 'Approving takes them over.'),
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...['', 'Known', 'Sent now'].map((text) =>
            text ? element('th', { scope: 'col' }, text) : element('td', {}),
          ),
        ),
      ),
      element(
        'tbody',
        {},
        ...differing.map((name) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, personFields[name] ?? name),
            element('td', { dir: 'auto' }, known[name] || '–'),
            element('td', { dir: 'auto' }, proposed[name] || '–'),
          ),
        ),
      ),
    ),
  );
}

/** @param {File} file */
function districts({ districts: found, place }) {
  if (found.length > 0) return part('Districts', facts(found.map(({ layer, name }) => [layers[layer] ?? layer, name])));
  const why = place.problem
    ? `The address has no place on the map yet: ${place.problem}.`
    : 'No loaded boundary covers the address.';
  return part(
    'Districts',
    element('p', {}, why, ' ', element('a', { href: '/desk?view=unplaced' }, 'Addresses not on the map')),
  );
}

/** @param {Mail[]} mails */
function mail(mails) {
  if (mails.length === 0) return part('Mail', element('p', {}, 'None was written.'));
  return part(
    'Mail',
    element(
      'ul',
      { class: 'mails' },
      ...mails.map(({ kind, recipient, state, attempts, last_error, created_at, due_at, sent_at }) => {
        const known = mailStates[state];
        return element(
          'li',
          {},
          ...(known ? [badge(known)] : [state]),
          ' ',
          element('span', {}, mailKinds[kind] ?? kind),
          element('br', {}),
          element(
            'small',
            {},
            `To ${recipient ?? 'an address that is forgotten'} · `,
            ...(sent_at
              ? ['sent ', moment(sent_at)]
              : state === 'waiting'
                ? ['leaves after ', moment(due_at)]
                : ['written ', moment(created_at)]),
            attempts > 1 ? ` · ${attempts} attempts` : '',
          ),
          ...(last_error && state !== 'sent' ? [element('p', { class: 'problem', dir: 'auto' }, last_error)] : []),
        );
      }),
    ),
  );
}

/** @param {File} file */
function agreed(file) {
  return part(
    'Agreed to',
    facts([
      ['To be shown in public', file.public_display ? 'Yes' : 'No'],
      [
        'Terms',
        ...(file.terms.length > 0
          ? file.terms.flatMap(({ version, accepted_at, ip_address }) => [
              `version ${version}, `,
              moment(accepted_at),
              ip_address ? ` from ${ip_address.replace(/\/(32|128)$/, '')}` : '',
              element('br', {}),
            ])
          : [file.terms_accepted ? 'Yes' : 'No']),
      ],
      ['Sent in', moment(file.created_at)],
      ['Confirmed by mail', file.verified_at ? moment(file.verified_at) : 'Not yet'],
    ]),
  );
}

/** @param {File} file */
function history({ reviews }) {
  if (reviews.length === 0) return part('Decisions', element('p', {}, 'Nobody has decided yet.'));
  return part(
    'Decisions',
    element(
      'ol',
      { class: 'history' },
      ...reviews.map(({ at, reviewer, decision, reason }) =>
        element(
          'li',
          {},
          element('strong', { dir: 'auto' }, reviewer),
          ` ${decisions[decision] ?? decision}, `,
          moment(at),
          ...(reason ? [element('q', { dir: 'auto' }, reason)] : []),
        ),
      ),
    ),
  );
}

/** @param {File} file */
function submissions({ submissions: all }) {
  return part(
    'Sent in more than once',
    element(
      'ol',
      { class: 'history' },
      ...all.map(({ created_at, confirmed_at, statement }) =>
        element(
          'li',
          {},
          moment(created_at),
          confirmed_at ? ', confirmed' : ', not confirmed',
          element('q', { dir: 'auto' }, statement || 'without a statement'),
        ),
      ),
    ),
  );
}

/**
 * @param {File} file
 * @param {(notes: string) => Promise<void>} save
 */
function notes({ admin_notes }, save) {
  const area = element('textarea', { id: 'notes', name: 'admin_notes', rows: '3', maxlength: '10000', dir: 'auto' });
  area.value = admin_notes;
  const form = element(
    'form',
    { novalidate: true },
    labelled('For other reviewers', area, 'Only the desk sees them. They go when the person does.'),
    element('div', { class: 'buttons' }, element('button', { type: 'submit', class: 'quiet' }, 'Save notes')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    showFaults(form, []);
    save(area.value).catch((error) => {
      if (!(error instanceof Refusal) || showFaults(form, error.faults) || error.faults.length === 0) sayRefusal(error);
    });
  });
  return part('Notes', form);
}
