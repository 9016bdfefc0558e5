// mocha's spec reporter for people, and its JSON figures for .ci/run when MOCHA_REPORT_FILE names a place for them.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const target = process.env.MOCHA_REPORT_FILE;
    if (target === undefined) return;
    runner.once('end', () => {
      const { passes, failures, pending, tests } = this.stats;
      writeFileSync(target, JSON.stringify({ stats: { passes, failures, pending, tests } }));
    });
  }
};
