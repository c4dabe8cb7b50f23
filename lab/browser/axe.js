(async () => {
  // What is greyed out because it is stale has less contrast on purpose.
  const stale = '.stale main > section, .stale main > .overview';
  const found = await axe.run({ exclude: [[stale]] }, {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    rules: { 'target-size': { enabled: true } },
    resultTypes: ['violations'],
    preload: false,
  });
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')} ${node.html.slice(0, 160)}`));
})()
