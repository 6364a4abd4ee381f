"""What a page or another program calls."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from records.services import record_disclosure

from sha_disclosure import InvalidNotice


@csrf_exempt
@require_POST
def disclose(request: HttpRequest) -> JsonResponse:
    """Record a disclosure; what is wrong with its notice goes back to who asked."""
    try:
        made = record_disclosure(request.POST["key"], request.POST["purpose"])
    except InvalidNotice as error:
        return JsonResponse({"problems": error.to_dict()["problems"]}, status=422)
    return JsonResponse({"notice_id": made.notice_id}, status=201)
