// A sound for each state, told apart by rhythm and not by pitch alone (as IEC 60601-1-8 does: the more pulses, the
// more urgent). Made here, so that no file is needed. Browsers give sound only after a gesture: `unlock` is called in it.

const SOUNDS = {
  //          [start s, length s, hertz] ...
  PASS: { volume: 0.12, notes: [[0, 0.07, 880]] },
  WARN: { volume: 0.35, notes: [[0, 0.16, 523], [0.32, 0.16, 523]] },
  UNKNOWN: { volume: 0.4, notes: [[0, 0.12, 392], [0.2, 0.12, 494], [0.4, 0.34, 392]] },
  FAIL: {
    volume: 0.55,
    notes: [[0, 0.12, 659], [0.18, 0.12, 659], [0.36, 0.12, 659], [0.72, 0.12, 880], [0.9, 0.12, 880]],
  },
  dead: { volume: 0.5, notes: [[0, 0.7, 233], [0.95, 0.7, 196]] },
};

let context = null;

/** Call within a click or a key press. */
export function unlock() {
  context ??= new AudioContext();
  context.resume();
}

export const unlocked = () => context !== null;

export function play(kind) {
  if (context === null) return;
  context.resume();
  const { volume, notes } = SOUNDS[kind];
  for (const [start, length, hertz] of notes) note(context.currentTime + start, length, hertz, volume);
}

function note(at, length, hertz, volume) {
  const tone = new OscillatorNode(context, { type: "triangle", frequency: hertz });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.012); // soft edges: no click
  gain.gain.setValueAtTime(volume, at + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(gain).connect(context.destination);
  tone.start(at);
  tone.stop(at + length);
}
