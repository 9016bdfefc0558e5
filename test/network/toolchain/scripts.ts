import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Puts programs into a folder that answer whatever they are asked with a text. */
export async function putPrograms(folder: string, names: readonly string[], answer: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names)
    await writeFile(join(folder, name), `#!/bin/sh\nprintf '%s\\n' '${answer}'\n`, { mode: 0o755 });
}
