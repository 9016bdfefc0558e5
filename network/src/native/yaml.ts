/** What a YAML file of ours is made of. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [name: string]: Yaml };

/** YAML 1.2 in block style with JSON's strings, for people to read; `depth` is the indentation in steps of two. */
export function yaml(value: Yaml, depth = 0): string {
  if (typeof value !== 'object' || isEmpty(value)) return ` ${JSON.stringify(value)}\n`;
  const indent = '  '.repeat(depth);
  const lines = isList(value)
    ? value.map((item) => `${indent}-${yaml(item, depth + 1)}`)
    : Object.entries(value).map(([name, item]) => `${indent}${nameOf(name)}:${yaml(item, depth + 1)}`);
  return `${depth === 0 ? '' : '\n'}${lines.join('')}`;
}

const isList = (value: Yaml): value is readonly Yaml[] => Array.isArray(value);

const isEmpty = (value: object) => Object.keys(value).length === 0;

/** What YAML, some versions of it, reads as something else than text. */
const words = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

function nameOf(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) && !words.test(name) ? name : JSON.stringify(name);
}
