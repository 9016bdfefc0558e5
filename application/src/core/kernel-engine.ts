import { relaxedKernel, vectorKernel } from './kernel-binary.js';

/** Memory that a kernel works in. It is shared: posting it to another thread gives that thread the same bytes. */
export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
}

/** What application/kernel/assembly exports; addresses and lengths are bytes of its memory. */
export interface KernelFunctions {
  combine(
    tables: number,
    inputs: number,
    inputCount: number,
    outputs: number,
    outputCount: number,
    length: number,
  ): void;
  chunkValues(source: number, first: number, count: number, target: number, scratch: number): void;
  parentValues(source: number, count: number, target: number, scratch: number): void;
}

/** Which kernel the engine can run: with relaxed vectors, with vectors, or none. */
export type EngineKind = 'relaxed' | 'vectors' | 'plain';

// The part of the global that is needed here; neither Node's types nor ES2024's declare it.
interface Assembly {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => KernelMemory;
}

declare const WebAssembly: Assembly | undefined;

const pageBytes = 65536;
// An engine without WebAssembly has no such global at all.
const assembly = typeof WebAssembly === 'undefined' ? undefined : WebAssembly;

const binaries = [
  { kind: 'relaxed', bytes: Buffer.from(relaxedKernel, 'base64') },
  { kind: 'vectors', bytes: Buffer.from(vectorKernel, 'base64') },
] as const;
const best = binaries.find(({ bytes }) => assembly?.validate(bytes) === true);

/** The best kernel of this engine. */
export const engineKind: EngineKind = best?.kind ?? 'plain';

/** Fresh zeroed memory of at least so many bytes. It can't grow. */
export function createMemory(bytes: number): KernelMemory {
  const pages = Math.ceil(bytes / pageBytes);
  if (assembly === undefined || best === undefined)
    return { buffer: new SharedArrayBuffer(pages * pageBytes) };
  return new assembly.Memory({ initial: pages, maximum: pages, shared: true });
}

const modules = new Map<EngineKind, object>();

/** The kernel's functions over a memory of {@link createMemory}; undefined where the engine has no such kernel. */
export function kernelOver(memory: KernelMemory, kind = engineKind): KernelFunctions | undefined {
  const bytes = binaries.find((one) => one.kind === kind)?.bytes;
  if (assembly === undefined || bytes === undefined || !assembly.validate(bytes)) return undefined;
  const module = modules.get(kind) ?? new assembly.Module(bytes);
  modules.set(kind, module);
  return new assembly.Instance(module, { env: { memory } }).exports as KernelFunctions;
}
