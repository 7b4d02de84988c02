/** Devices and their streams as operators see them: no login, and passwords that makers put into addresses masked. */
import type {
  DiscoveredDevices,
  OnvifDeviceReport,
  OnvifInterfaces,
  OnvifProfile,
  UrlTemplates,
} from '@pantau/contract/onvif';
import type {
  DeviceReport,
  DiscoveryInterface,
  DiscoveryResult,
  OnvifChannel,
  OnvifStreamProfile,
  UrlSuggestion,
} from '@pantau/onvif';
import { maskSourceUrl } from '../cameras/source-url.ts';

export function presentInterfaces(interfaces: readonly DiscoveryInterface[]): OnvifInterfaces {
  return interfaces.map(({ name, address, cidr }) => ({ name, address, cidr }));
}

export function presentDiscovered(devices: readonly DiscoveryResult[]): DiscoveredDevices {
  return devices.map((device) => ({
    id: device.id,
    address: device.address,
    url: device.url,
    name: device.name ?? null,
    hardware: device.hardware ?? null,
    location: device.location ?? null,
    interface: device.interfaceName,
  }));
}

export function presentReport(report: DeviceReport): OnvifDeviceReport {
  const { information, clockOffsetMs } = report;
  return {
    url: report.url,
    manufacturer: information?.manufacturer ?? null,
    model: information?.model ?? null,
    firmware: information?.firmwareVersion ?? null,
    serial_number: information?.serialNumber ?? null,
    clock_offset_s: clockOffsetMs === undefined ? null : Math.round(clockOffsetMs / 1000),
    channels: report.channels.map(presentChannel),
    complete: report.isComplete,
  };
}

function presentChannel(channel: OnvifChannel): OnvifDeviceReport['channels'][number] {
  const { main, sub, snapshotUri } = channel;
  const suggested = [main?.streamUri, sub?.streamUri, snapshotUri];
  return {
    source_token: channel.sourceToken ?? null,
    main_url: mask(main?.streamUri),
    sub_url: mask(sub?.streamUri),
    snapshot_url: mask(snapshotUri),
    password_in_url: suggested.some((url) => mask(url) !== (url ?? null)),
    profiles: channel.profiles.map(presentProfile),
  };
}

function presentProfile(profile: OnvifStreamProfile): OnvifProfile {
  return {
    token: profile.token,
    name: profile.name ?? null,
    codec: profile.codec ?? null,
    width: profile.width ?? null,
    height: profile.height ?? null,
    fps: profile.fps ?? null,
    bitrate_kbps: profile.bitrateKbps ?? null,
    stream_url: mask(profile.streamUri),
    snapshot_url: mask(profile.snapshotUri),
  };
}

export function presentTemplates(suggestions: readonly UrlSuggestion[]): UrlTemplates {
  return suggestions.map((each) => ({
    maker: each.maker,
    main_url: each.mainUrl,
    sub_url: each.subUrl ?? null,
    snapshot_url: each.snapshotUrl ?? null,
    note: each.note ?? null,
  }));
}

function mask(url: string | undefined): string | null {
  return url === undefined ? null : maskSourceUrl(url);
}
