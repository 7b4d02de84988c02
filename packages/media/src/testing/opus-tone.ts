/**
 * Almost a second of a tone of 440 Hz in Opus: 16 packets of 60 ms, mono, 12 kbit/s, by FFmpeg's libopus. Played in a loop it
 * is a tone with a faint click.
 */
export const OPUS_TONE_TICKS = 2880;
export const OPUS_TONE: readonly Buffer[] = [
  'WA6jpHgbIDt8sRFDxiyesMfvh+SFe3nXd3hkwDpBAaBMEtuguvq96jefLyXbDj3HWyhx63q5HpfI84mFl23ow+zR89kfvfa0WWdOkqKy',
  'WA6jpHgbIHwCL0RR6ZEpJnIbqu035Ot+Zf9R3bUT+YLkr7uhGyT6rAH1WEB+Q8mCoL+Gged9QENHwXvdKi145l58VstWJl1+NzAHzYr0',
  'WA6jpHgbIDv/24NdKM5RvCzmXhC6SPmmzdgqse1R6hS1+BjmqMZ5Ec2OVHZarQvj1mPzZNrrqKzqDFcveOVXLchQtUIaw5CL',
  'WA6jpHgbHNhTdksFWcp4o9cMsX9FDgPUiVpK1RiBa7lQdoziOeTaE+a7jfCNgsQDokDK7B/rVSu0peQeqtdprdEy1si0XnvacMceWg==',
  'WA5viHgbHQbgGEnG2mgoDkJoj2Qjocn8rvA63/bO07fLRvKOne8Gg3jqoAMJsc6VeWYe9wK0h2qCgsjhW5IbO1m9yRtixcNXioK1lbDkYfVka4A=',
  'WA5viHgbGxe3/fPfdovU7n+NIJNSwaj19CQRVNi2KKQ5FvdzkFmJ7CqKpTZwaNe4El2UL18Vus6PtagLT8H8Kp/wAe457ZWVxPaWNP1w7oA=',
  'WA5viHgbGvw6z8/qeFH/qFCUzgff8s+LZks18p4sHl8jZFUmLng0FnTU4EDG4mXg9E/z+Ks+3Dmf+Ip2/PfbsQlpq5kX8lRyfViWykE5vI1Y8yA=',
  'WA5viHgbHrx73hRTmfhneOFXZ1kzRY9vXQuCSgK55xYYFDgtdPGlXGqftxTmJ8HreD9G4kfHQN7LqAXTznemUqzZRMzjt+yJTNBlMGq2r8lseA==',
  'WA5viHgbIENe+TpUlz4D1E801Nwrz0I3E+2NsUc9b15qpsgxLLrO74pUijqMFttFUaERRBAOYCRZlbi6FrFlrQtmGp1WNSV07IMN/dgdBA==',
  'WA5viHgbHK/ULLOzqLWhvApBFJA5AEhQYm2uxU9EIHqmLh5ExJ/lJmfGRL++7vdBU0RQSY+AINHNuahfLaaPzexBtl6V4f4s+1CrtRIwPQ==',
  'WA5viHgbG0Xee1SVLCHFDPN0OELYdALt7HafIjKNm+2C69Yi8shWh0GSbs17xrbfjEP9VxuPXUF5KbKsFfpaW3ioX8FzhoY5G1DFlYaSmnlQ',
  'WA5viHgbIC0tKzGicdj1kR9Gy0UfQWYJ5q8kDO9nedX8GDSw6pW751OJNDM+7iC0F/P4trw2lnc0HqX/KwbWhohmqQ49LddiriYZxrOqiOA=',
  'WA5viHgbHn+RXuoH91GcZ1KHhVBSiAhujtiqECnDdDH0jemWQCro9MOax7po+B+KTsk5ENcbtIL9HBDT7cktOAvXNHmQ3TbAEEZiNrtb+A==',
  'WA5viHgbHMOSWufNIwJ1amoR4BN/jgbHGubCNWEpCJA9IVcVL+451O7jCAdgU48iDNPqvm6FNys6quaW6JUFujzV/2j82Mq+zN1pLIFHJKfJH0A=',
  'WA5viHgbIB9gpSer5QwC6B26ZDWRNsoRwCYAGy9tMqAij3QDaBm1zE5gtRjPZUJHMAVYHcr41Uouj4SbgeQtJmHaQbD+Y3rKOcyawMxDKA==',
  'WA5viHgbGv7+rtRS0mBuiNjlXgJ5CSSCCYo6Tq+lFitDhLDJCskU2SN9OM+YXQfWHlENrBVBP7OLQDYLAEzCMeOO19Zu+XxgSL1P2uoUHQw46UA=',
].map((packet) => Buffer.from(packet, 'base64'));
