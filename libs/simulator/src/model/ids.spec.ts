import { describe, expect, it } from '@jest/globals';
import { addressOfMac, deviceNameOf, macOf } from './ids.js';

describe('names derived from a network id', () => {
  it('yields the device names of the real daemon', () => {
    expect(deviceNameOf('8613c47a541ea8a2')).toBe('zt7rd5vuxw');
    expect(deviceNameOf('8056c2e21c000001')).toBe('ztmjfmfyq5');
    expect(deviceNameOf('f5a6c572f6438598')).toBe('ztq5iin53o');
  });

  it('yields the MAC addresses of the real daemon', () => {
    expect(macOf('3a4f1af7fa', 'f5a6c572f6438598')).toBe('9a:bf:0c:ec:85:3f');
    expect(macOf('9115e5a540', '8056c2e21c000001')).toBe('02:91:15:f9:47:82');
    expect(macOf('9115e5a540', 'f5a6c572f6abcdef')).toBe('ee:5c:be:13:d7:85');
  });

  it('finds the node behind a MAC address', () => {
    expect(addressOfMac('9a:bf:0c:ec:85:3f', 'f5a6c572f6438598')).toBe('3a4f1af7fa');
  });

  it('never uses 52 as a first octet, which belongs to virtual machines', () => {
    expect(macOf('3a4f1af7fa', 'f5a6c572f6438552').slice(0, 2)).toBe('32');
    expect(macOf('3a4f1af7fa', 'f5a6c572f6438554').slice(0, 2)).toBe('56');
  });
});
