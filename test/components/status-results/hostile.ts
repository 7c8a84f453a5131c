/** What would run or load something, where a text became HTML. */
export const HOSTILE: readonly string[] = [
  '<script>window.broken = 1</script>',
  '<img src="/broken" onerror="window.broken = 1">',
  '<svg onload="window.broken = 1"><style>* { display: none }</style></svg>',
  '<iframe srcdoc="<script>parent.broken = 1</script>"></iframe>',
  '<p style="position: fixed; inset: 0">covers all</p>',
  '<form action="/broken"><input name="password"></form>',
  '[link](javascript:window.broken=1) ![image](/broken)',
  '</div></template><b part="base" slot="x" id="y">out</b>',
  '{{window.broken = 1}}',
];
