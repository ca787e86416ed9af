/**
 * Adds an image to those that a campaign can have. The file goes straight to where files are kept; what it shows is asked
 * for before that, because without words for it nobody should put it on a page.
 *
 * @import { Image } from './shapes.js'
 */
import { element } from '../look/element.js';
import { Refusal, write } from './api.js';
import { labelled, showFaults } from './parts.js';

/** As the API takes them; a phone that has another kind converts it for these. */
const kinds = ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'];

/** @param {(image: Image) => void} added */
export function imageUpload(added) {
  const fields = {
    file: element('input', { id: 'i-file', name: 'file', type: 'file', accept: kinds.join(',') }),
    title: element('input', { id: 'i-title', name: 'title', type: 'text', maxlength: '200' }),
    alt_text: element('textarea', { id: 'i-alt', name: 'alt_text', rows: '2', maxlength: '500' }),
    author: element('input', { id: 'i-author', name: 'author', type: 'text', maxlength: '200' }),
    license: element('input', { id: 'i-license', name: 'license', type: 'text', maxlength: '200' }),
  };
  const status = element('p', { class: 'hint', role: 'status' });
  const problem = element('p', { class: 'problem', role: 'alert' });
  const submit = element('button', { type: 'submit' }, 'Upload image');
  const form = element(
    'form',
    { class: 'editor', novalidate: true, 'aria-labelledby': 'i-heading' },
    element('h3', { id: 'i-heading' }, 'Add an image'),
    labelled('File', fields.file, 'JPEG, PNG, WebP, AVIF or GIF, up to 10 MB.'),
    labelled('Called in the list', fields.title, 'The file’s name, unless you say another.'),
    labelled('What it shows', fields.alt_text, 'In a sentence, for those who cannot see it.'),
    labelled('Whose work it is', fields.author),
    labelled('Licence', fields.license, 'Such as CC BY 4.0, where it has one.'),
    problem,
    element('div', { class: 'buttons' }, submit),
    status,
  );
  fields.file.addEventListener('change', () => {
    if (fields.title.value === '') fields.title.value = fields.file.files?.[0]?.name.replace(/\.\w+$/, '') ?? '';
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.textContent = '';
    submit.disabled = true;
    try {
      await upload();
    } catch (error) {
      status.textContent = '';
      if (!(error instanceof Refusal)) throw error;
      // Of a file the API knows its kind and its size; here both are the file's.
      const faults = error.faults.map(({ field, says }) => ({
        field: field === 'content_type' || field === 'bytes' ? 'file' : field,
        says: field === 'content_type' ? 'is no image of a kind that can be shown' : says,
      }));
      const left = showFaults(form, faults);
      if (faults.length === 0 || left) problem.textContent = left || error.message;
    } finally {
      submit.disabled = false;
    }
  });
  return form;

  async function upload() {
    const [file] = fields.file.files ?? [];
    const missing = [
      ...(file ? [] : [{ field: 'file', says: 'is not chosen yet' }]),
      ...['title', 'alt_text']
        .filter((name) => fields[/** @type {'title'} */ (name)].value.trim() === '')
        .map((field) => ({ field, says: 'is missing' })),
    ];
    showFaults(form, missing);
    if (!file || missing.length > 0) return;
    status.textContent = 'Uploading…';
    const place = await write('POST', '/api/media/uploads/', {
      content_type: file.type || 'unknown',
      bytes: file.size,
    });
    await put(place, file);
    const { title, alt_text, author, license } = fields;
    /** @type {Image} */
    const image = await write('POST', '/api/images/', {
      file: place.file,
      title: title.value,
      alt_text: alt_text.value,
      author: author.value,
      license: license.value,
    });
    form.reset();
    status.textContent = `“${image.title}” is uploaded and chosen. Save the campaign to show it.`;
    added(image);
  }
}

/**
 * @param {{ url: string, method: string, headers: Record<string, string> }} place
 * @param {File} file
 */
async function put({ url, method, headers }, file) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(url, { method, headers, body: file, credentials: 'omit' });
  } catch {
    throw new Refusal(0, 'The file did not arrive. Look at the connection, then try again.');
  }
  if (!answer.ok) throw new Refusal(answer.status, `The file was not taken (${answer.status}). Try again.`);
}
