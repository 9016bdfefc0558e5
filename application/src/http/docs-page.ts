import type { Document } from './openapi.js';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/** The OpenAPI document as a page that needs nothing from outside. */
export function docsPage(document: Document): string {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { summary, operationId, 'x-roles': roles }]) =>
        `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${escaped(path)}</code></td>` +
        `<td>${escaped(summary)}</td><td>${escaped(roles.join(', '))}</td><td><code>${operationId}</code></td></tr>`,
    ),
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details><summary>${escaped(name)}</summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>DStore REST v1</title><link rel="stylesheet" href="/page.css"></head>
<body><header><h1>DStore REST v1</h1><p>${escaped(document.info.description)} <a href="/openapi.json">openapi.json</a></p></header>
<main><section class="wide wrap"><table><thead><tr><th>Method</th><th>Path</th><th>What</th><th>Roles</th><th>Operation</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>
<section class="wide"><h2>Schemas</h2>${schemas.join('\n')}</section></main></body></html>
`;
}
