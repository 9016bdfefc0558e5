import { readFileSync } from 'node:fs';

const read = (name: string) => readFileSync(new URL(`../../page/${name}`, import.meta.url), 'utf8');

/** The page at `/`: static, with a style and a script of the same origin. */
export const pageHtml = read('index.html');
/** Its style. */
export const pageCss = read('page.css');
/** Its script. */
export const pageScript = read('page.js');
