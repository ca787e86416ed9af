/** Which files may be uploaded, and how one of each kind begins: what a file is called proves nothing. */
interface FileType {
  readonly extension: string;
  readonly maxBytes: number;
  begins(head: Uint8Array): boolean;
}

const megabyte = 1_000_000;
const largestImage = 10 * megabyte;

/** No SVG: it is a document that can run scripts. */
export const fileTypes: Readonly<Record<string, FileType>> = {
  'image/jpeg': { extension: 'jpg', maxBytes: largestImage, begins: (head) => hex(head, 0, 3) === 'ffd8ff' },
  'image/png': { extension: 'png', maxBytes: largestImage, begins: (head) => hex(head, 0, 8) === '89504e470d0a1a0a' },
  'image/gif': { extension: 'gif', maxBytes: largestImage, begins: (head) => /^GIF8[79]a/.test(latin(head, 0, 6)) },
  'image/webp': {
    extension: 'webp',
    maxBytes: largestImage,
    begins: (head) => latin(head, 0, 4) === 'RIFF' && latin(head, 8, 12) === 'WEBP',
  },
  'image/avif': {
    extension: 'avif',
    maxBytes: largestImage,
    begins: (head) => latin(head, 4, 8) === 'ftyp' && /avi[fs]/.test(latin(head, 8, 32)),
  },
  'video/mp4': {
    extension: 'mp4',
    maxBytes: 100 * megabyte,
    begins: (head) => latin(head, 4, 8) === 'ftyp' && !/avi[fs]/.test(latin(head, 8, 12)),
  },
};

function hex(head: Uint8Array, from: number, to: number): string {
  return Buffer.from(head.subarray(from, to)).toString('hex');
}

function latin(head: Uint8Array, from: number, to: number): string {
  return Buffer.from(head.subarray(from, to)).toString('latin1');
}
