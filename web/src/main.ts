document.title = 'fovea';
