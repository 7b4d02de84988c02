import { Video } from 'lucide-react';
import { useText } from '../../locales/use-text.ts';
import { MessagePanel } from '../../ui/message-panel.tsx';

/** No camera yet: how the operator adds the first one. */
export function FirstRun() {
  const { t } = useText();
  return (
    <MessagePanel icon={<Video size={28} />} title={t('cameras.empty.title')}>
      <p>{t('cameras.empty.hint')}</p>
      <pre className="max-w-full overflow-x-auto rounded-control border border-line bg-surface px-3 py-3 text-left font-mono text-xs text-ink sm:px-4 sm:text-sm">
        npm run pantau -- camera add \{'\n'}
        {'  '}rtsp://192.168.1.20/stream1 \{'\n'}
        {'  '}--name "Simpang Lima"
      </pre>
      <p className="text-sm">{t('cameras.empty.address')}</p>
    </MessagePanel>
  );
}
