const byId = (id) => document.getElementById(id);
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function size(bytes) {
  let value = Number(bytes);
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const amount = (text) => BigInt(text).toLocaleString('en');

function element(name, content = '', className = '') {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...[content].flat());
  return made;
}

const row = (...cells) => element('tr', cells);
const number = (text) => element('td', text, 'number');

let epoch;

function tick() {
  if (epoch?.next === undefined) return;
  const from = Date.parse(epoch.openedAt);
  const to = Date.parse(epoch.next);
  const left = Math.ceil((to - Date.now()) / 1000);
  byId('epoch-note').textContent =
    left > 0 ? `${epoch.phase}, next in ${left} s` : `${epoch.phase}, the next is due`;
  byId('epoch-bar').style.width = `${Math.min(100, Math.max(0, ((Date.now() - from) / (to - from)) * 100))}%`;
}

function showDisks({ disks, audits }) {
  byId('disks').replaceChildren(
    ...disks.map((disk) => {
      const used = Number(disk.reservedBytes) / Math.max(1, Number(disk.capacityBytes));
      const fill = element('span');
      fill.style.width = `${used * 100}%`;
      const dots = audits
        .filter((audit) => audit.diskId === disk.diskId)
        .slice(0, 12)
        .reverse()
        .map((audit) => {
          const dot = element('i', '', audit.verdict);
          dot.title = `epoch ${audit.epoch}: ${audit.verdict} ${audit.reason ?? ''}`;
          return dot;
        });
      return row(
        element('td', disk.diskId),
        element('td', `${disk.provider.msp} / ${disk.provider.id}`),
        element('td', disk.state, disk.state),
        element('td', element('div', fill, 'bar')),
        number(size(disk.freeBytes)),
        number(disk.price),
        element('td', element('div', dots, 'dots')),
      );
    }),
  );
}

function showMargins({ byMargin, stripes, full, versionsAtRisk, repair }) {
  byId('margins').replaceChildren(
    ...['lost', '0', '1', '2', 'more'].map((margin) =>
      element('div', [String(byMargin[margin]), element('small', margin)]),
    ),
  );
  const repairing = repair?.running ? `, repairing ${repair.queued}` : '';
  byId('margin-note').textContent =
    `${full} of ${stripes} complete, ${versionsAtRisk} versions at risk${repairing}`;
}

function showCommands(commands) {
  byId('commands').replaceChildren(
    ...commands.map(({ name, line }) => {
      const button = element('button', 'Copy');
      button.type = 'button';
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(line);
        button.textContent = 'Copied';
        setTimeout(() => (button.textContent = 'Copy'), 1500);
      });
      return element('div', [element('span', name), element('code', line), button]);
    }),
  );
}

function showAudits(audits) {
  byId('audits').replaceChildren(
    ...audits
      .slice(0, 14)
      .map((audit) =>
        row(
          number(audit.epoch),
          element('td', audit.diskId),
          element('td', [audit.verdict, audit.reason].filter(Boolean).join(': '), audit.verdict),
          number(audit.paid),
        ),
      ),
  );
}

function show(overview) {
  const { health, usage, supply } = overview;
  ({ epoch } = overview);
  byId('summary').textContent =
    `${overview.version} · embedded consortium · ${overview.members.length} members · ${overview.disks.length} disks`;
  byId('epoch').textContent = epoch?.number ?? '–';
  byId('stored').textContent = size(usage.logicalBytes);
  byId('stored-note').textContent =
    `${usage.objects} objects, ${size(usage.storedBytes)} on disks, ${size(usage.leasedBytes)} leased`;
  byId('supply').textContent = amount(supply.minted);
  byId('supply-note').textContent =
    `escrow ${amount(supply.escrow)}, earned ${amount(supply.earned)}, collateral ${amount(supply.collateral)}, difference ${supply.difference}`;
  showMargins(health);
  showDisks(overview);
  showAudits(overview.audits);
  if (byId('commands').childElementCount === 0) showCommands(overview.commands);
  tick();
}

const pause = 1500;
let asked = false;
let again = false;

/** Asks at most once in a pause, however many events there are; what came meanwhile is seen afterwards. */
async function refresh() {
  again = asked;
  if (asked) return;
  asked = true;
  try {
    const answer = await fetch('/v1/overview');
    if (answer.ok) show(await answer.json());
    else byId('summary').textContent = 'The live page belongs to the embedded demo; use the dstore command.';
  } catch {
    byId('summary').textContent = 'The gateway does not answer.';
  }
  setTimeout(() => {
    asked = false;
    if (again) refresh();
  }, pause);
}

const facts = {
  EpochOpened: ({ epoch: number }) => `epoch ${number}`,
  AuditJudged: ({ diskId, verdicts }) =>
    `${diskId}: ${verdicts.map(({ verdict, paid }) => `${verdict}, paid ${paid}`).join('; ')}`,
  FlushCommitted: ({ revision, contents }) => `revision ${revision}, ${contents.length} leases`,
  LeasesOpened: ({ leases }) => leases.map(({ diskId }) => diskId).join(', '),
  LeaseDefaulted: ({ diskId, reason, toOwner }) => `${diskId}: ${reason}, ${toOwner} to the owner`,
  LossReported: ({ diskId, digests }) => `${diskId}: ${digests.length} shards`,
};

function note(message) {
  const event = JSON.parse(message.data);
  const text = facts[event.type]?.(event.payload) ?? event.payload.diskId ?? event.payload.msp ?? '';
  const time = element('time', new Date().toLocaleTimeString());
  byId('events').prepend(element('li', [time, element('strong', event.type), ` ${text}`]));
  while (byId('events').childElementCount > 14) byId('events').lastElementChild.remove();
  refresh();
}

const names = [
  'EpochOpened',
  'AuditJudged',
  'FlushCommitted',
  'LeasesOpened',
  'LeaseChanged',
  'LeaseClosed',
  'LeaseDefaulted',
  'LossReported',
  'LossWaived',
  'DiskOffered',
  'DiskChanged',
  'EarningsCollected',
  'CreditsMoved',
  'CreditsBurned',
  'MemberEnlisted',
  'Enacted',
];

const source = new EventSource('/v1/overview/events');
for (const name of names) source.addEventListener(name, note);
refresh();
setInterval(tick, 500);
setInterval(refresh, 5000);
