// Its own file because the content security policy allows none inline.
import init from './insights.js';

await init({ module_or_path: new URL('insights_bg.wasm', import.meta.url) });
