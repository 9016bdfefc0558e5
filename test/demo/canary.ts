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

/** How many characters of base64 hold whole what stands at so many bytes. */
const sixes = (bytes: number) => (bytes * 8) / 6;

/** A word as bytes, in hexadecimal, percent-encoded, in UTF-16, and in base64 wherever in the bytes before it may end. */
export function formsOf(word: string): Buffer[] {
  const bytes = Buffer.from(word);
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(Math.ceil(sixes(before)), Math.floor(sixes(before + bytes.length)));
  });
  const texts = [word, encodeURIComponent(word), bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  const urls = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const all = [...texts, ...base64, ...urls].map((text) => Buffer.from(text, 'latin1'));
  return [bytes, ...all, Buffer.from(word, 'utf16le')];
}

/** Whether bytes hold a word in any of its forms. */
export function holds(bytes: Uint8Array, word: string): boolean {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return formsOf(word).some((form) => all.includes(form));
}

/** Files below a folder that hold one of the words in any of its forms, with the word. */
export async function filesWith(folder: string, words: readonly string[]): Promise<string[]> {
  const forms = words.flatMap((word) => formsOf(word).map((form) => ({ word, form })));
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
