/**
 * A learning rate that never changes and calls `at` whenever the loop asks for it: once a step, where the step begins. So the loop is watched from
 * outside, as it is.
 */
export const watched = (rate, at) => ({
  describe: "watched",
  value: () => {
    at();
    return rate;
  },
});
