/** Where uploaded files are: S3, or a folder on a laptop. Files go there straight from the browser, never through us. */
export interface MediaStore {
  /** What a file's key is appended to; ends with a slash. */
  readonly baseUrl: string;
  /** Lets whoever has the answer store exactly one file of that type and size, within a few minutes. */
  allowUpload(upload: Upload): Promise<AllowedUpload>;
  /** What is stored under a key; undefined where nothing is. */
  inspect(key: string): Promise<StoredFile | undefined>;
  remove(key: string): Promise<void>;
}

export interface Upload {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
}

export interface AllowedUpload {
  readonly url: string;
  /** To be sent with the PUT, as they are; the size is part of what is allowed, and a browser sends it by itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

export interface StoredFile {
  readonly contentType: string;
  readonly bytes: number;
  /** The first bytes, enough to tell what it is. */
  readonly head: Uint8Array;
}

/** How long an upload may wait before it starts. */
export const uploadSeconds = 600;
