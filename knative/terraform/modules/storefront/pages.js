// Which object a request is for: the page for whatever a browser navigates to, and of a file the smallest form that it takes.
// The forms lie beside the file (`.br`, `.gz`); index.html has one form alone, so that it is replaced at once.
var COMPRESSED = /^\/assets\/.+\.(css|js|json|map|svg|txt)$/;

function handler(event) {
  var request = event.request;
  var accepts = function (name) {
    return request.headers[name] ? request.headers[name].value : '';
  };
  var isFile = request.uri.slice(request.uri.lastIndexOf('/')).indexOf('.') >= 0;
  var isBelow = /^\/(api|assets|images|\.well-known)(\/|$)/.test(request.uri);
  if (request.uri === '/' || (!isFile && !isBelow && accepts('accept').indexOf('text/html') >= 0)) {
    request.uri = '/index.html';
  } else if (COMPRESSED.test(request.uri)) {
    var encodings = accepts('accept-encoding').toLowerCase().split(',').map(function (each) {
      return each.trim();
    }).filter(function (each) {
      return !/;\s*q=0(\.0*)?$/.test(each);
    }).map(function (each) {
      return each.split(';')[0].trim();
    });
    if (encodings.indexOf('br') >= 0) {
      request.uri += '.br';
    } else if (encodings.indexOf('gzip') >= 0) {
      request.uri += '.gz';
    }
  }
  return request;
}
