import { opendir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of all plain files below a folder. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** Files below a folder that hold one of the words as bytes, base64 or hexadecimal, with the word. */
export async function filesWith(folder: string, words: readonly string[]): Promise<string[]> {
  const forms = words.flatMap((word) =>
    [word, Buffer.from(word).toString('hex'), base64Core(word)].map((form) => ({
      word,
      form: Buffer.from(form),
    })),
  );
  const longest = Math.max(...forms.map(({ form }) => form.length));
  const found: string[] = [];
  for await (const path of filesBelow(folder)) {
    const file = await open(path, 'r');
    try {
      let tail = Buffer.alloc(0);
      for await (const piece of file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
        const window = Buffer.concat([tail, piece as Buffer]);
        for (const { word, form } of forms) if (window.includes(form)) found.push(`${path}: ${word}`);
        tail = window.subarray(Math.max(0, window.length - longest));
      }
    } finally {
      await file.close();
    }
  }
  return [...new Set(found)];
}

/** The part of a word's base64 that does not hang on what stands before and behind it. */
function base64Core(word: string): string {
  return Buffer.from(word).toString('base64').slice(4, -4);
}
