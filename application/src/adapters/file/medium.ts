import { open, rename } from 'node:fs/promises';

/** The steps that durability rests on, apart from the rest so that a test can let them fail. */
export interface Medium {
  /** Writes a new file and syncs its content; rejects when the file is there. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Replaces what is at the new path, in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Syncs the names in a folder. */
  syncFolder(path: string): Promise<void>;
}

/** The file system of this machine. */
export const fileSystem: Medium = {
  async write(path, bytes) {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  async syncFolder(path) {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};
