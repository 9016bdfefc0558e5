/** Resolves when the process is asked to end. */
export function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** Milliseconds that everything has to end in after a signal. */
export const endingGrace = 20_000;
