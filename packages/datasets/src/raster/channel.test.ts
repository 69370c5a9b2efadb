import { describe, expect, it } from "vitest";
import { userError } from "../errors.js";
import { brightest, channel } from "./channel.js";

const picture = { height: 1, width: 2, channels: 3, data: Uint8Array.of(200, 100, 50, 7, 8, 9) };

describe("channel", () => {
  it("picks red, green, blue and the luminance", () => {
    expect(channel(picture, "green")).toEqual({ height: 1, width: 2, channels: 1, data: Uint8Array.of(100, 8) });
    expect([...channel(picture, "red").data]).toEqual([200, 7]);
    expect([...channel(picture, "blue").data]).toEqual([50, 9]);
    // 59.8 + 58.7 + 5.7 = 124.2; 2.093 + 4.696 + 1.026 = 7.815
    expect([...channel(picture, "grey").data]).toEqual([124, 8]);
    expect(channel({ ...picture, data: Float32Array.from(picture.data) }, "grey").data[1]).toBeCloseTo(7.815, 5);
  });

  it("keeps one channel, ignores alpha, refuses two", () => {
    const grey = { height: 1, width: 2, channels: 1, data: Uint16Array.of(500, 600) };
    expect(channel(grey, "green")).toBe(grey);
    expect([...channel({ height: 1, width: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 255) }, "green").data]).toEqual([2]);
    expect(() => channel({ height: 1, width: 1, channels: 2, data: Uint8Array.of(1, 2) }, "green")).toThrow(
      userError(
        "channel-count",
        "[channel] green cannot be picked from a picture of 2 channels. Expected 1 (grey), 3 (RGB) or 4 (RGBA). Convert the picture to RGB.",
      ),
    );
  });

  it("takes the largest of red, green and blue, never alpha", () => {
    expect([...brightest({ height: 1, width: 2, channels: 4, data: Uint8Array.of(1, 2, 3, 255, 9, 4, 5, 0) }).data]).toEqual([3, 9]);
    expect([...brightest({ height: 1, width: 2, channels: 2, data: Uint8Array.of(1, 255, 9, 255) }).data]).toEqual([1, 9]);
  });
});
