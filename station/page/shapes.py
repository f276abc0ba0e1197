"""The signs of states and decisions, for every page. They tell them apart without colour: octagon, square, triangle."""

SHAPES = """
<svg hidden><defs>
<symbol id="shape-FAIL" viewBox="0 0 100 100"><path class="body" d="M30 2h40l28 28v40L70 98H30L2 70V30z"/>
  <path class="mark" d="M32 32l36 36M68 32L32 68"/></symbol>
<symbol id="shape-UNKNOWN" viewBox="0 0 100 100"><path class="body" d="M8 8h84v84H8z"/>
  <path class="mark" d="M35 38c0-22 32-22 32-2 0 14-16 13-16 26M51 77v1"/></symbol>
<symbol id="shape-WARN" viewBox="0 0 100 100"><path class="body" d="M50 4L98 92H2z"/>
  <path class="mark" d="M50 38v26M50 78v1"/></symbol>
<symbol id="shape-PASS" viewBox="0 0 100 100"><circle class="body" cx="50" cy="50" r="47"/>
  <path class="mark" d="M27 52l16 16 31-34"/></symbol>
<symbol id="shape-again" viewBox="0 0 100 100"><path class="body" d="M30 2h40l28 28v40L70 98H30L2 70V30z"/>
  <path class="mark" d="M69 35a25 25 0 1 0 6 19M71 22v15H56"/></symbol>
<symbol id="shape-accepted" viewBox="0 0 100 100">
  <path class="body" d="M50 3l44 16v30c0 24-18 40-44 48C24 89 6 73 6 49V19z"/>
  <path class="mark" d="M29 50l15 15 28-31"/></symbol>
<symbol id="shape-aside" viewBox="0 0 100 100"><path class="body" d="M6 30h88v62H6zM16 30V8h68v22"/>
  <path class="mark" d="M32 58h36M55 45l13 13-13 13"/></symbol>
<symbol id="shape-waiting" viewBox="0 0 100 100"><circle class="ring" cx="50" cy="50" r="43"/></symbol>
<symbol id="shape-connecting" viewBox="0 0 100 100"><circle class="ring" cx="50" cy="50" r="43"/></symbol>
<symbol id="shape-dead" viewBox="0 0 100 100"><circle class="bar" cx="50" cy="50" r="42"/>
  <path class="bar" d="M21 21l58 58"/></symbol>
</defs></svg>
"""
