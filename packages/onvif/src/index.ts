/** The public entry: all that `server` may use. */
export { OnvifError, isOnvifError, ONVIF_ERROR_KINDS, type OnvifErrorCode } from './onvif-error.ts';
export type { IsAddressAllowed } from './address-rule.ts';
export {
  examineDevice,
  openOnvifDevice,
  type DeviceReport,
  type OnvifDevice,
  type OnvifDeviceOptions,
} from './onvif-device.ts';
export type { OnvifChannel, OnvifStreamProfile } from './media/profile.ts';
export {
  discoverDevices,
  type DiscoveryOptions,
  type DiscoveryResult,
} from './discovery/discover-devices.ts';
export { listenForHello, type HelloListener, type HelloOptions } from './discovery/listen-for-hello.ts';
export { listInterfaces, type DiscoveryInterface } from './discovery/list-interfaces.ts';
export { suggestUrls, URL_TEMPLATES, type UrlSuggestion, type UrlTemplate } from './url-templates.ts';
