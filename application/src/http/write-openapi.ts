import { readFileSync, writeFileSync } from 'node:fs';
import { allControllers } from './controllers/index.js';
import { documentOf } from './openapi.js';

const manifest = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
const target = new URL('../../openapi.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(documentOf(allControllers, version), null, 2)}\n`);
